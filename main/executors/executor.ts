import { trialFiles } from '../project/trial-folder.ts';

/** What a job is known by to its executor: a process's number, a cluster's job number. */
export type JobId = string;

/** Why a job ended: its exit code, or the signal that killed it; both null where nobody can tell. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** How a trial computes. These travel to its process as options: what they are for one lab must not be for another. */
export interface Resources {
  /** how steps are computed; undefined: what measures fastest */
  readonly engine?: string;
  /** trials that run on the machine at once, this one included: each has its share of the memory */
  readonly share?: number;
}

/** A trial that runs somewhere. It can be found again by its folder and its id. */
export interface Job {
  readonly id: JobId;
  state(): 'running' | 'ended';
  /** Asks it to stop, and ends it when it has not after a while; it can be resumed. */
  cancel(): void;
  /** Ends it at once. */
  kill(): void;
  /** raw messages, as far as the executor has them; the lab parses them */
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (exit: Exit) => void): void;
}

/** Where trials run. The truth about a trial is its folder, wherever that is written. */
export interface Executor {
  /** stands in state.json */
  readonly name: string;
  /** jobs at once */
  readonly slots: number;
  /**
   * Starts the trial of a run folder.
   * @throws LabError when it cannot be started
   */
  submit(folder: string, resources: Resources): Promise<JobId>;
  /** A job that was submitted, by this lab or an earlier one; null when it runs no longer. */
  attach(folder: string, id: JobId): Job | null;
  /**
   * Decides how trials compute before several of them run at once: measuring beside a trial that trains would mislead.
   * @param folders of trials that differ in what decides
   */
  prepare?(folders: readonly string[], resources: Resources): Promise<Job>;
}

/** How long a trial may take to stop by itself before it is killed; a step may not be interrupted. */
const STOP_GRACE_MS = 1500;

/** {@link Job.cancel} of a process: asks, and kills it when it lives on. @returns to be called when it has ended */
export function cancelling(ask: () => void, kill: () => void): { cancel: () => void; ended: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    cancel() {
      ask();
      timer ??= setTimeout(kill, STOP_GRACE_MS);
    },
    ended: () => clearTimeout(timer),
  };
}

/** The arguments of a trial's process. */
export function trialArguments(folder: string, executor: string, { engine, share }: Resources): string[] {
  return [
    folder,
    ...['--executor', executor],
    ...(engine === undefined ? [] : ['--engine', engine]),
    ...(share === undefined ? [] : ['--share', String(share)]),
  ];
}

/** Where what a trial's process prints goes. */
export function logOf(folder: string): string {
  return trialFiles(folder).log;
}
