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

  constructor(session: Session, launcher: TrialLauncher, events: Events) {
    this.session = session;
    this.launcher = launcher;
    this.events = events;
  }

  /** Enqueues what is not finished, failed or cancelled. */
  async enqueue(study: StudyFile, { retry }: { retry?: string } = {}): Promise<void> {
    this.paused.delete(study.name);
    for (const { id } of study.trials) {
      const { state } = await readTrial(this.session, study, id, this.isRunning(id));
      const open = state === 'waiting' || state === 'interrupted' || id === retry;
      if (open && !this.waiting.some((w) => w.id === id) && !this.isRunning(id)) this.waiting.push({ study, id });
    }
    void this.advance();
  }

  /** Ends the running trial of the study and takes its others from the queue; all can be resumed. */
  async pause(name: string): Promise<void> {
    this.paused.add(name);
    this.drop((w) => w.study.name === name);
    if (this.running?.study.name === name) await this.stop('pause');
  }

  /** Takes one trial out for good (until it is retried). */
  async cancel(study: StudyFile, id: string): Promise<void> {
    if (!study.trials.some((t) => t.id === id)) throw new LabError('not-found', `There is no trial ${id}.`, { field: 'trial' });
    this.drop((w) => w.id === id);
    if (this.isRunning(id)) return this.stop('cancel');
    const { state } = await readTrial(this.session, study, id, false);
    if (state !== 'finished') await this.writeState(id, { state: 'cancelled' });
  }

  /** Ends everything: before the project is closed. */
  async shutdown(): Promise<void> {
    this.waiting.length = 0;
    await this.stop('pause');
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
    running.intent = intent;
    running.process.send({ type: 'stop' });
    const timer = setTimeout(() => running.process.kill(), STOP_GRACE_MS); // a step cannot be interrupted; only the epoch is lost
    await running.ended;
    clearTimeout(timer);
  }

  private async advance(): Promise<void> {
    if (this.running) return;
    const next = this.waiting.shift();
    if (!next) {
      for (const resolve of this.idle) resolve();
      this.idle.clear();
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
      await this.writeState(id, { state: 'failed', error: toEnvelope(error) });
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
      } finally {
        this.running = null;
        end();
        await this.publish(study).catch(() => {});
        void this.advance();
      }
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

  private async publish(study: StudyFile): Promise<void> {
    if (this.session.isOpen) this.events.emit({ type: 'study', study: await this.summary(study) });
  }
}
