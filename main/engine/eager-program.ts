import * as tf from '@tensorflow/tfjs-core';
import type { TensorValues } from './binding.ts';
import { type CompileOptions, fitting, type InputSpec, known, type Program, type Step } from './step.ts';

/** The step as tfjs runs it, with its variables in this process. */
export class EagerProgram<Inputs extends string> implements Program<Inputs> {
  private readonly step: Step<Inputs>;
  private readonly inputs: readonly (readonly [name: string, spec: InputSpec])[];
  private readonly variables: ReadonlyMap<string, tf.Variable>;

  constructor(step: Step<Inputs>, { inputs, variables }: CompileOptions<Inputs>) {
    this.step = step;
    this.inputs = Object.entries<InputSpec>(inputs);
    this.variables = new Map(
      [...variables].map(([name, { shape, values }]) => [
        name,
        tf.tidy(() => tf.variable(values ? tf.tensor(values.slice(), [...shape], 'float32') : tf.zeros([...shape]))),
      ]),
    );
  }

  run(feeds: Readonly<Record<Inputs, TensorValues>>): Record<string, Float32Array> {
    return tf.tidy(() => {
      const tensors = this.inputs.map(([name, { shape, dtype }]) => {
        const values = fitting(`input "${name}"`, shape, feeds[name as Inputs]);
        const type = dtype === 'uint8' ? 'float32' : dtype;
        return [name, tf.tensor(type === 'float32' ? Float32Array.from(values) : values, [...shape], type)];
      });
      const { outputs, updates = new Map<string, tf.Tensor>() } = this.step(Object.fromEntries(tensors), this.variables);
      const results = Object.entries(outputs).map(([name, t]) => [name, Float32Array.from(t.dataSync())]);
      // an update may be another variable: all keep their values until every new one is held
      const next = [...updates].map(([name, value]) => [known(this.variables, name), tf.clone(value)] as const);
      for (const [variable, value] of next) variable.assign(value);
      return Object.fromEntries(results);
    });
  }

  read(names: readonly string[]): Map<string, Float32Array> {
    return new Map(names.map((name) => [name, known(this.variables, name).dataSync<'float32'>().slice()]));
  }

  write(values: ReadonlyMap<string, Float32Array>): void {
    for (const [name, value] of values) {
      const variable = known(this.variables, name);
      const own = fitting(`variable "${name}"`, variable.shape, value).slice();
      tf.tidy(() => variable.assign(tf.tensor(own, variable.shape, 'float32')));
    }
  }

  dispose(): void {
    for (const variable of this.variables.values()) variable.dispose();
  }
}
