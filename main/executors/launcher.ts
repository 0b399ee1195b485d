import type { TrialCommand } from '../../shared/contract/trial.ts';

/** Why a process ended: its exit code, or the signal that killed it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running trial process, whoever runs it: `child_process.fork` here, Electron's `utilityProcess` in main/app. */
export interface TrialProcess {
  readonly pid: number | undefined;
  send(command: TrialCommand): void;
  /** raw messages; the lab parses them */
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (exit: Exit) => void): void;
  /** ends the process at once */
  kill(): void;
}

export interface TrialLauncher {
  /** @param folder runs/<id> with its config.json */
  launch(folder: string, log: string): TrialProcess;
}

/** How long a trial may take to stop by itself before it is killed; a step may not be interrupted. */
export const STOP_GRACE_MS = 1500;
