import { randomUUID } from 'node:crypto';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { Task, TaskPhase } from '../../shared/contract/system.ts';
import { Throttle } from '../platform/throttle.ts';
import type { Events } from './events.ts';

/** Reports how far long work is. `total` 0: not known. */
export type Report = (phase: TaskPhase, done: number, total: number) => void;

const EVENT_INTERVAL_MS = 100;

/** Long work of one kind is done once at a time. */
const RUNNING: Readonly<Record<Task['kind'], string>> = {
  index: 'Images are being read already. Wait until that has ended, or cancel it.',
  demo: 'The demo is being prepared already.',
  runtime: 'TensorFlow is being installed already.',
};

/** Long work with progress, time left and cancel: indexing, demo tissue, the runtime. */
export class Tasks {
  private readonly tasks = new Map<string, Task>();
  private readonly controllers = new Map<string, AbortController>();
  private readonly events: Events;

  constructor(events: Events) {
    this.events = events;
  }

  list(): Task[] {
    return [...this.tasks.values()];
  }

  /**
   * Starts work and answers at once with its id; `finished` settles with the work, for callers in this process.
   * @throws LabError "not-available" while work of the same kind runs
   */
  start<T>(kind: Task['kind'], work: (report: Report, signal: AbortSignal) => Promise<T>): { id: string; finished: Promise<T> } {
    if (this.list().some((task) => task.kind === kind && task.state === 'running'))
      throw new LabError('not-available', RUNNING[kind]);
    const id = randomUUID();
    const controller = new AbortController();
    this.controllers.set(id, controller);
    let task: Task = { id, kind, phase: 'starting', done: 0, total: 0, secondsLeft: null, state: 'running', error: null };
    let phaseStarted = performance.now();
    const throttle = new Throttle(EVENT_INTERVAL_MS);
    const publish = (change: Partial<Task>) => {
      task = { ...task, ...change };
      this.tasks.set(id, task);
      this.events.emit({ type: 'task', task });
    };
    const report: Report = (phase, done, total) => {
      const now = performance.now();
      if (phase !== task.phase) phaseStarted = now;
      else if (!throttle.isDue() && done < total) return;
      const elapsed = (now - phaseStarted) / 1000;
      const secondsLeft = done > 0 && total > 0 && elapsed > 1 ? (elapsed / done) * (total - done) : null;
      publish({ phase, done, total, secondsLeft });
    };
    publish({});
    const finished = work(report, controller.signal);
    finished
      .then(
        () => publish({ state: 'finished', secondsLeft: 0, done: task.total }),
        (error: unknown) => {
          const { code, message } = toEnvelope(error);
          publish({ state: code === 'cancelled' ? 'cancelled' : 'failed', error: { code, message } });
        },
      )
      .finally(() => this.controllers.delete(id));
    return { id, finished };
  }

  cancel(id: string): void {
    if (!this.tasks.has(id)) throw new LabError('not-found', `There is no task ${id}.`, { field: 'task' });
    this.controllers.get(id)?.abort();
  }

  cancelAll(): void {
    for (const controller of this.controllers.values()) controller.abort();
  }
}
