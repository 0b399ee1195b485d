import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorEnvelope, LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { StudySummary } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { PASSING_ERRORS, trialMessageSchema, type TrialStateFile } from '../../shared/contract/trial.ts';
import { type Exit, STOP_GRACE_MS, type TrialLauncher, type TrialProcess } from '../executors/launcher.ts';
import { trialFiles, writeTrialState } from '../project/trial-folder.ts';
import type { Events } from './events.ts';
import { deathOf, memoryKills } from './death.ts';
import { GOES_ON, Hold } from './hold.ts';
import type { Session } from './session.ts';
import { readStudies, readTrials, studyProblems, studySummary } from './studies.ts';

interface Waiting {
  readonly study: StudyFile;
  readonly id: string;
}

interface Running {
  readonly study: StudyFile;
  readonly id: string;
  readonly process: TrialProcess;
  /** settles when the process has ended and its state is on disk */
  readonly ended: Promise<void>;
  /** why it is being ended, if it is; "abandon": the project is another lab's, nothing is to be written */
  intent: 'pause' | 'cancel' | 'abandon' | null;
  /** processes that the system had killed for want of memory when it started */
  readonly kills: number | null;
}

/** Runs the trials of the started studies one after the other, each in a process of its own. */
export class Queue {
  private running: Running | null = null;
  private readonly waiting: Waiting[] = [];
  /** what stopped the first of them and passes */
  private readonly hold: Hold;
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
    this.hold = new Hold(session.compute);
    this.launcher = launcher;
    this.events = events;
  }

  /**
   * Enqueues what is not finished, failed or cancelled.
   * @param failed also what has failed
   */
  enqueue(study: StudyFile | Promise<StudyFile>, failed = false): Promise<void> {
    return this.inOrder(study, (found) => {
      const ids = found.trials.map((t) => t.id);
      return this.enqueueNow(found, ids, ['waiting', 'interrupted', ...(failed ? ['failed'] : [])]);
    });
  }

  /** Enqueues one trial, whatever ended it before. */
  retry(study: Promise<StudyFile>, id: string): Promise<void> {
    return this.inOrder(study, (found) => this.enqueueNow(found, [id], null));
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

  /** @param states of which trials are taken; null: of any */
  private async enqueueNow(study: StudyFile, ids: readonly string[], states: readonly string[] | null): Promise<void> {
    this.session.project.check();
    this.paused.delete(study.name);
    for (const { id, state } of await readTrials(this.session, study, this.runningIds, ids)) {
      const open = states === null || states.includes(state);
      if (open && !this.waiting.some((w) => w.id === id) && !this.isRunning(id)) this.waiting.push({ study, id });
    }
    this.hold.forget(); // the user may have mended what was in the way
    this.advanceSoon();
  }

  /** Ends the running trial of the study and takes its others from the queue; all can be resumed. */
  pause(study: Promise<StudyFile>): Promise<void> {
    return this.inOrder(study, async ({ name }) => {
      this.paused.add(name);
      this.drop((w) => w.study.name === name);
      if (this.running?.study.name === name) await this.stop('pause');
      this.advanceSoon(); // what was waited for may have been this study's
    });
  }

  /** Takes one trial out for good (until it is retried). */
  cancel(study: Promise<StudyFile>, id: string): Promise<void> {
    return this.inOrder(study, async (study) => {
      if (!study.trials.some((t) => t.id === id)) throw new LabError('not-found', `There is no trial ${id}.`, { field: 'trial' });
      this.drop((w) => w.id === id);
      if (this.isRunning(id)) return this.stop('cancel');
      const [{ state }] = await readTrials(this.session, study, [], [id]);
      if (state !== 'finished') await this.writeState(id, { state: 'cancelled' });
    });
  }

  /** Ends everything: before the project is closed. */
  shutdown(): Promise<void> {
    return this.exclusive(async () => {
      this.waiting.length = 0;
      this.hold.forget();
      await this.stop('pause');
      this.paused.clear();
    });
  }

  /** Ends everything at once and writes nothing: the project is another lab's now. */
  abandon(): void {
    this.waiting.length = 0;
    this.hold.forget();
    if (this.running) {
      this.running.intent = 'abandon';
      this.running.process.kill();
    }
    this.wakeIdle();
  }

  /** Whether a trial runs or waits. */
  get isBusy(): boolean {
    return this.running !== null || this.waiting.length > 0;
  }

  private get runningIds(): string[] {
    return this.running ? [this.running.id] : [];
  }

  isRunning(id: string): boolean {
    return this.running?.id === id;
  }

  async summary(study: StudyFile): Promise<StudySummary> {
    const trials = await readTrials(this.session, study, this.runningIds);
    const active = this.running?.study.name === study.name || this.waiting.some((w) => w.study.name === study.name);
    const held = study.trials.some(({ id }) => id === this.hold.trial) ? this.hold.error : null;
    const summary = { ...studySummary(study, trials, active), held: held && { code: held.code, message: held.message } };
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
    if (study) return study;
    const unread = (await studyProblems(this.session)).find(({ path }) => path.endsWith(`${name}.json`));
    if (unread) throw new LabError('damaged-file', unread.message, { path: unread.path });
    throw new LabError('not-found', `This project has no study "${name}".`, { field: 'study' });
  }

  private drop(which: (waiting: { study: StudyFile; id: string }) => boolean): void {
    for (let i = this.waiting.length - 1; i >= 0; i--) if (which(this.waiting[i])) this.waiting.splice(i, 1);
  }

  /** Puts a trial back to the front and waits until what stopped it has passed. @returns whether it is worth waiting */
  private async holdFor({ study, id }: Waiting, error: ErrorEnvelope): Promise<boolean> {
    const folder = join(this.session.project.paths.runs, id);
    const waits = await this.hold.begin(id, error, folder, () => this.advanceSoon());
    if (waits) this.waiting.unshift({ study, id });
    return waits;
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
    if (this.waiting.some(({ id }) => id === this.hold.trial)) return;
    this.hold.end();
    const next = this.waiting.shift();
    if (!next) {
      this.wakeIdle();
      return;
    }
    const { study, id } = next;
    const folder = join(this.session.project.paths.runs, id);
    this.session.project.check();
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    let failure: ErrorEnvelope | null = null;
    let done = false;
    let running: Running;
    try {
      const process = this.launcher.launch(folder, trialFiles(folder).log);
      running = { study, id, process, ended, intent: null, kills: memoryKills() };
    } catch (error) {
      await this.writeState(id, { state: 'failed', error: toEnvelope(error) }).catch(() => {});
      await this.publish(study);
      return this.advance();
    }
    this.running = running;
    running.process.onMessage((raw) => {
      const message = trialMessageSchema.safeParse(raw);
      if (!message.success) return;
      if (message.data.type === 'failed') {
        failure = message.data.error;
        return; // told when the process has ended: it may be no failure but something to wait for
      }
      if (message.data.type === 'done') done = true;
      this.events.emit({ type: 'trial', trial: id, message: message.data });
      if (message.data.type === 'epoch' || message.data.type === 'ready') void this.publish(study);
    });
    running.process.onExit((exit) => {
      void this.settle(running, done, failure, exit)
        .catch((error: unknown) => this.tellFailure(id, toEnvelope(error))) // e.g. a full disk: the state cannot be written
        .then(() => {
          this.running = null;
          end();
          return this.publish(study);
        })
        .then(() => this.advanceSoon());
    });
    await this.publish(study);
  }

  private tellFailure(trial: string, error: ErrorEnvelope): void {
    this.events.emit({ type: 'trial', trial, message: { type: 'failed', error } });
  }

  /** What the process left unsaid goes into state.json: why it died, or that it was cancelled. */
  private async settle(running: Running, done: boolean, failure: ErrorEnvelope | null, exit: Exit): Promise<void> {
    const { id, intent } = running;
    if (done || intent === 'abandon') return;
    if (intent === 'cancel') return this.writeState(id, { state: 'cancelled' });
    if (intent === 'pause') return this.writeState(id, { state: 'interrupted' });
    if (!failure && exit.code === 0) return; // stopped by itself
    const error = failure ?? deathOf(exit, running.kills);
    const passes = failure ? PASSING_ERRORS.includes(failure.code) : error.code === 'out-of-memory';
    if (failure?.code === 'project-locked') return this.tellFailure(id, failure); // the folder is another process's
    const stays = failure && !passes ? 'failed' : 'interrupted';
    const held = passes && (await this.holdFor(running, error));
    if (held) this.events.emit({ type: 'trial', trial: id, message: { type: 'notice', text: `${error.message} ${GOES_ON}` } });
    else this.tellFailure(id, error);
    await this.writeState(id, { state: stays, error });
  }

  private async writeState(id: string, state: TrialStateFile): Promise<void> {
    const folder = join(this.session.project.paths.runs, id);
    if (existsSync(folder)) await writeTrialState(folder, state, this.session.project.check); // what was taken away is not made again
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
