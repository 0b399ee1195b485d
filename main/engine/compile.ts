import * as tf from '@tensorflow/tfjs-core';
import type { NodeBackend, TensorValues } from './binding.ts';
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
  const { rung = 'xla', precision = 'float32' } = options;
  const backend = nodeBackend();
  const refusals: Refusal[] = [];
  for (const candidate of RUNGS.slice(RUNGS.indexOf(rung))) {
    const started = performance.now();
    let program: Program<Inputs>;
    if (candidate === 'eager') program = new EagerProgram(step, options);
    else {
      const graph = tryGraph(backend, step, options, candidate === 'xla');
      if (typeof graph === 'string') {
        refusals.push({ rung: candidate, reason: graph });
        continue;
      }
      program = graph;
    }
    const compileSeconds = (performance.now() - started) / 1000;
    const names = [...options.variables.keys()];
    const reached = { rung: candidate, precision: candidate === 'eager' ? 'float32' : precision, refusals, compileSeconds };
    return compiledStep(program, names, reached);
  }
  throw new Error('unreachable: the last rung is always taken');
}

/** Apart from `compile`, so that what a caller keeps does not hold on to the initial values. */
function compiledStep<Inputs extends string>(
  program: Program<Inputs>,
  variables: readonly string[],
  reached: Pick<CompiledStep<Inputs>, 'rung' | 'precision' | 'refusals' | 'compileSeconds'>,
): CompiledStep<Inputs> {
  return {
    ...reached,
    run: (feeds) => program.run(feeds),
    read: (names = variables) => program.read([...names]),
    write: (values) => program.write(values),
    dispose: () => program.dispose(),
  };
}

/** @returns the reason why it cannot be done @throws Error when memory runs out: a lower rung needs no less */
function tryGraph<Inputs extends string>(
  backend: NodeBackend | null,
  step: Step<Inputs>,
  options: CompileOptions<Inputs>,
  xla: boolean,
): GraphProgram<Inputs> | string {
  if (!backend) return `the backend "${tf.getBackend()}" records no graphs`;
  let program: GraphProgram<Inputs> | null = null;
  try {
    program = new GraphProgram(backend, step, options, xla);
    warmUp(program, options);
    return program;
  } catch (error) {
    program?.dispose();
    const reason = error instanceof Error ? error.message : String(error);
    if (isOutOfMemory(reason)) throw error;
    return reason;
  }
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
