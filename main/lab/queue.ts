import { join } from 'node:path';
import { type ErrorEnvelope, LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { StudySummary } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { trialMessageSchema, type TrialStateFile } from '../../shared/contract/trial.ts';
import { STOP_GRACE_MS, type TrialLauncher, type TrialProcess } from '../executors/launcher.ts';
import { writeJson } from '../store/atomic.ts';
import { trialFiles } from '../training/trial-folder.ts';
import type { Events } from './events.ts';
import type { Session } from './session.ts';
import { readStudies, readTrial, studySummary } from './studies.ts';

interface Running {
  readonly study: StudyFile;
  readonly id: string;
  readonly process: TrialProcess;
  /** settles when the process has ended and its state is on disk */
  readonly ended: Promise<void>;
  /** why it is being ended, if it is */
  intent: 'pause' | 'cancel' | null;
}

/** Runs the trials of the started studies one after the other, each in a process of its own. */
export class Queue {
  private running: Running | null = null;
  private readonly waiting: { study: StudyFile; id: string }[] = [];
  private readonly session: Session;
  private readonly launcher: TrialLauncher;
  private readonly events: Events;
  private readonly idle = new Set<() => void>();
  /** studies that the user paused, until they go on */
  private readonly paused = new Set<string>();

  /** calls that change the queue, one after the other: a Resume right after a Pause must see the trial stopped */
  private last: Promise<unknown> = Promise.resolve();

  constructor(session: Session, launcher: TrialLauncher, events: Events) {
    this.session = session;
    this.launcher = launcher;
    this.events = events;
  }

  /** Enqueues what is not finished, failed or cancelled. */
  enqueue(study: StudyFile | Promise<StudyFile>): Promise<void> {
    return this.inOrder(study, (found) => {
      const ids = found.trials.map((t) => t.id);
      return this.enqueueNow(found, ids, false);
    });
  }

  /** Enqueues one trial, whatever ended it before. */
  retry(study: Promise<StudyFile>, id: string): Promise<void> {
    return this.inOrder(study, (found) => this.enqueueNow(found, [id], true));
  }

  /** Takes its place in the order of calls at once, whatever time it takes to find the study. */
  private inOrder(study: StudyFile | Promise<StudyFile>, work: (study: StudyFile) => Promise<void>): Promise<void> {
    const found = Promise.resolve(study);
    found.catch(() => {}); // reported where it is awaited
    return this.exclusive(async () => work(await found));
  }

  private exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.last.then(work);
    this.last = next.catch(() => {});
    return next;
  }

  private async enqueueNow(study: StudyFile, ids: readonly string[], any: boolean): Promise<void> {
    this.paused.delete(study.name);
    for (const id of ids) {
      const { state } = await readTrial(this.session, study, id, this.isRunning(id));
      const open = any || state === 'waiting' || state === 'interrupted';
      if (open && !this.waiting.some((w) => w.id === id) && !this.isRunning(id)) this.waiting.push({ study, id });
    }
    this.advanceSoon();
  }

  /** Ends the running trial of the study and takes its others from the queue; all can be resumed. */
  pause(study: Promise<StudyFile>): Promise<void> {
    return this.inOrder(study, async ({ name }) => {
      this.paused.add(name);
      this.drop((w) => w.study.name === name);
      if (this.running?.study.name === name) await this.stop('pause');
    });
  }

  /** Takes one trial out for good (until it is retried). */
  cancel(study: Promise<StudyFile>, id: string): Promise<void> {
    return this.inOrder(study, async (study) => {
      if (!study.trials.some((t) => t.id === id)) throw new LabError('not-found', `There is no trial ${id}.`, { field: 'trial' });
      this.drop((w) => w.id === id);
      if (this.isRunning(id)) return this.stop('cancel');
      const { state } = await readTrial(this.session, study, id, false);
      if (state !== 'finished') await this.writeState(id, { state: 'cancelled' });
    });
  }

  /** Ends everything: before the project is closed. */
  shutdown(): Promise<void> {
    return this.exclusive(async () => {
      this.waiting.length = 0;
      await this.stop('pause');
    });
  }

  isRunning(id: string): boolean {
    return this.running?.id === id;
  }

  async summary(study: StudyFile): Promise<StudySummary> {
    const trials = await Promise.all(study.trials.map(({ id }) => readTrial(this.session, study, id, this.isRunning(id))));
    const active = this.running?.study.name === study.name || this.waiting.some((w) => w.study.name === study.name);
    const summary = studySummary(study, trials, active);
    return summary.state === 'interrupted' && this.paused.has(study.name) ? { ...summary, state: 'paused' } : summary;
  }

  /** Resolves when nothing runs and nothing waits. */
  whenIdle(): Promise<void> {
    if (!this.running && this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.add(resolve));
  }

  /** @throws LabError "not-found" */
  async study(name: string): Promise<StudyFile> {
    const study = (await readStudies(this.session)).find((s) => s.name === name);
    if (!study) throw new LabError('not-found', `This project has no study "${name}".`, { field: 'study' });
    return study;
  }

  private drop(which: (waiting: { study: StudyFile; id: string }) => boolean): void {
    for (let i = this.waiting.length - 1; i >= 0; i--) if (which(this.waiting[i])) this.waiting.splice(i, 1);
  }

  private async stop(intent: 'pause' | 'cancel'): Promise<void> {
    const { running } = this;
    if (!running) return;
    running.intent = running.intent === 'cancel' ? 'cancel' : intent; // what was cancelled stays cancelled
    running.process.send({ type: 'stop' });
    const timer = setTimeout(() => running.process.kill(), STOP_GRACE_MS); // a step cannot be interrupted; only the epoch is lost
    await running.ended;
    clearTimeout(timer);
  }

  private advanceSoon(): void {
    this.advance().catch((error: unknown) => {
      this.waiting.length = 0; // the project has gone: nothing can run
      this.events.emit({ type: 'trial', trial: '', message: { type: 'failed', error: toEnvelope(error) } });
      this.wakeIdle();
    });
  }

  private wakeIdle(): void {
    for (const resolve of this.idle) resolve();
    this.idle.clear();
  }

  private async advance(): Promise<void> {
    if (this.running) return;
    const next = this.waiting.shift();
    if (!next) {
      this.wakeIdle();
      return;
    }
    const { study, id } = next;
    const folder = join(this.session.project.paths.runs, id);
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let failure: ErrorEnvelope | null = null;
    let done = false;
    let running: Running;
    try {
      running = { study, id, process: this.launcher.launch(folder, trialFiles(folder).log), ended, intent: null };
    } catch (error) {
      await this.writeState(id, { state: 'failed', error: toEnvelope(error) }).catch(() => {});
      await this.publish(study);
      return this.advance();
    }
    this.running = running;
    running.process.onMessage((raw) => {
      const message = trialMessageSchema.safeParse(raw);
      if (!message.success) return;
      if (message.data.type === 'failed') failure = message.data.error;
      if (message.data.type === 'done') done = true;
      this.events.emit({ type: 'trial', trial: id, message: message.data });
      if (message.data.type === 'epoch' || message.data.type === 'ready') void this.publish(study);
    });
    running.process.onExit(async ({ code, signal }) => {
      try {
        await this.settle(running, done, failure, code, signal);
      } catch (error) {
        // e.g. a full disk: the state cannot be written, but the lab goes on and the page hears of it
        this.events.emit({ type: 'trial', trial: id, message: { type: 'failed', error: toEnvelope(error) } });
      }
      this.running = null;
      end();
      await this.publish(study);
      this.advanceSoon();
    });
    await this.publish(study);
  }

  /** What the process left unsaid goes into state.json: why it died, or that it was cancelled. */
  private async settle(
    { id, intent }: Running,
    done: boolean,
    failure: ErrorEnvelope | null,
    code: number | null,
    signal: string | null,
  ): Promise<void> {
    if (done) return;
    if (intent === 'cancel') return this.writeState(id, { state: 'cancelled' });
    if (intent === 'pause') return this.writeState(id, { state: 'interrupted' });
    if (failure) return this.writeState(id, { state: 'failed', error: failure });
    if (code === 0) return; // stopped by itself
    const reason =
      signal === 'SIGKILL'
        ? 'The trial process was killed by the system, most often because memory ran out. Resume it, with a smaller batch if it happens again.'
        : `The trial process ended unexpectedly (${signal ?? `code ${code}`}). Its log.txt has the last words; Resume goes on after the last finished epoch.`;
    const error = { code: signal === 'SIGKILL' ? ('out-of-memory' as const) : ('trial-failed' as const), message: reason };
    await this.writeState(id, { state: 'interrupted', error });
    this.events.emit({ type: 'trial', trial: id, message: { type: 'failed', error } });
  }

  private async writeState(id: string, state: TrialStateFile): Promise<void> {
    await writeJson(trialFiles(join(this.session.project.paths.runs, id)).state, state);
  }

  /** Tells the page how the study stands; what cannot be read now is told the next time. */
  private async publish(study: StudyFile): Promise<void> {
    try {
      if (this.session.isOpen) this.events.emit({ type: 'study', study: await this.summary(study) });
    } catch {
      // the project's folder may have gone
    }
  }
}
