import * as tf from '@tensorflow/tfjs-core';
import type { TensorValues } from './binding.ts';
import { EagerProgram } from './eager-program.ts';
import { GraphProgram } from './graph-program.ts';
import { nodeBackend } from './operators/node.ts';
import { isOutOfMemory } from './out-of-memory.ts';
import {
  type CompiledStep,
  type CompileOptions,
  count,
  type InputSpec,
  type Program,
  type Refusal,
  RUNGS,
  type Step,
} from './step.ts';

/**
 * Compiles a step on the highest rung that works: recorded once, then run as a graph whose variables live in its session.
 * Below tfjs-node's backend every step runs eagerly.
 * A step that throws while it is recorded is refused on the upper rungs, and throws again when it runs eagerly.
 * @throws Error when memory runs out
 */
export function compile<Inputs extends string>(step: Step<Inputs>, options: CompileOptions<Inputs>): CompiledStep<Inputs> {
  const { rung = 'xla' } = options;
  const backend = nodeBackend();
  const refusals: Refusal[] = [];
  const variables = [...options.variables.keys()]; // names alone: the initial values must not live on here
  for (const candidate of RUNGS.slice(RUNGS.indexOf(rung))) {
    const started = performance.now();
    const done = (program: Program<Inputs>): CompiledStep<Inputs> => ({
      rung: candidate,
      precision: candidate === 'eager' ? 'float32' : (options.precision ?? 'float32'),
      refusals,
      compileSeconds: (performance.now() - started) / 1000,
      run: (feeds) => program.run(feeds),
      read: (names = variables) => program.read([...names]),
      write: (values) => program.write(values),
      dispose: () => program.dispose(),
    });
    if (candidate === 'eager') return done(new EagerProgram(step, options));
    if (!backend) {
      refusals.push({ rung: candidate, reason: `the backend "${tf.getBackend()}" records no graphs` });
      continue;
    }
    let program: GraphProgram<Inputs> | null = null;
    try {
      program = new GraphProgram(backend, step, options, candidate === 'xla');
      warmUp(program, options);
      return done(program);
    } catch (error) {
      program?.dispose();
      const reason = error instanceof Error ? error.message : String(error);
      if (isOutOfMemory(reason)) throw error; // a lower rung needs no less
      refusals.push({ rung: candidate, reason });
    }
  }
  throw new Error('unreachable: the last rung is always taken');
}

/** TensorFlow compiles in the first run: done here on zeros, so that a failure shows now; then the variables start again. */
function warmUp<Inputs extends string>(program: GraphProgram<Inputs>, { inputs, variables }: CompileOptions<Inputs>): void {
  const zeros = Object.entries<InputSpec>(inputs).map(([name, spec]) => [name, zerosFor(spec)]);
  program.start(variables);
  program.run(Object.fromEntries(zeros));
  program.start(variables);
}

function zerosFor({ shape, dtype }: InputSpec): TensorValues {
  const elements = count(shape);
  return dtype === 'uint8' ? new Uint8Array(elements) : dtype === 'int32' ? new Int32Array(elements) : new Float32Array(elements);
}
