import { join } from 'node:path';
import type { StudyFile } from '../../shared/contract/study.ts';
import { trialMessageSchema } from '../../shared/contract/trial.ts';
import type { Executor, Job, Resources } from '../executors/executor.ts';
import type { Events } from './events.ts';

interface Trial {
  readonly study: StudyFile;
  readonly id: string;
}

/**
 * Where trials run beside each other, it is decided before, while none runs, how they compute: what is measured beside a trial that
 * trains would mislead, and two that measure at once would choose by each other.
 */
export class Preparation {
  /** kinds of trials for which it is decided */
  private readonly known = new Set<string>();
  private current: { readonly job: Job; readonly ended: Promise<void>; cancelled: boolean } | null = null;
  private readonly executor: Executor;
  private readonly resources: Resources;
  private readonly events: Events;

  constructor(executor: Executor, resources: Resources, events: Events) {
    this.executor = executor;
    this.resources = resources;
    this.events = events;
  }

  get isRunning(): boolean {
    return this.current !== null;
  }

  /**
   * Decides for trials as far as it is needed.
   * @param runs the project's folder of runs
   * @param idle whether no trial runs
   * @returns whether the first of them may start now; false: ask again
   */
  async isDone(trials: readonly Trial[], runs: string, idle: boolean): Promise<boolean> {
    if (this.executor.slots === 1 || !this.executor.prepare) return true;
    const fresh = new Map<string, Trial>();
    for (const trial of trials) if (!this.known.has(kindOf(trial))) fresh.set(kindOf(trial), trial);
    if (fresh.size === 0) return true;
    if (!idle) return false;
    const [{ id }] = fresh.values();
    const folders = [...fresh.values()].map((trial) => join(runs, trial.id));
    const job = await this.executor.prepare(folders, this.resources);
    job.onMessage((raw) => {
      const message = trialMessageSchema.safeParse(raw);
      if (message.success) this.events.emit({ type: 'trial', trial: id, message: message.data });
    });
    const ended = new Promise<void>((resolve) => job.onExit(() => resolve()));
    const current = (this.current = { job, ended, cancelled: false });
    await ended;
    this.current = null;
    if (current.cancelled) return false;
    for (const kind of fresh.keys()) this.known.add(kind); // once: a trial for which it failed says why when it runs
    return true;
  }

  /** Gives up what is being decided; for trials that still wait it begins again. */
  async cancel(): Promise<void> {
    if (!this.current) return;
    this.current.cancelled = true;
    this.current.job.cancel();
    await this.current.ended;
  }

  kill(): void {
    this.current?.job.kill();
  }
}

/** Trials that differ in nothing but the seed compute alike. */
function kindOf({ study, id }: Trial): string {
  const { model, trainSet, fold } = study.trials.find((trial) => trial.id === id)!;
  return JSON.stringify([study.name, model, trainSet, fold]);
}
