import type { Executor } from './executor.ts';
import { localExecutor } from './local.ts';

export interface ExecutorOptions {
  /** jobs at once */
  readonly slots?: number;
}

/** Every executor that any door can have; the desktop has one of its own beside them. */
const executors: Readonly<Record<string, (options: ExecutorOptions) => Executor>> = {
  local: localExecutor,
};

/** What a lab uses unless its door says otherwise. */
export function defaultExecutor(options: ExecutorOptions): Executor {
  return executors.local(options);
}

/** The executor that a trial's state names. @param own the lab's, which also finds what another door has started here */
export function executorNamed(name: string | undefined, own: Executor): Executor {
  if (name === undefined || name === own.name || !Object.hasOwn(executors, name)) return own;
  return executors[name]({});
}
