import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorEnvelope, LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { StudySummary } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { PASSING_ERRORS, trialMessageSchema, type TrialStateFile } from '../../shared/contract/trial.ts';
import type { Executor, Exit, Job, Resources } from '../executors/executor.ts';
import { executorNamed } from '../executors/registry.ts';
import { readHolder } from '../project/lease.ts';
import type { OpenProject } from '../project/project.ts';
import { hasTested, recordTestLook } from '../project/test-looks.ts';
import { readTrialState, writeTrialState } from '../project/trial-folder.ts';
import type { Events } from './events.ts';
import { deathOf, memoryKills } from './death.ts';
import { GOES_ON, Hold } from './hold.ts';
import { Preparation } from './preparation.ts';
import type { Session } from './session.ts';
import { findStudy, readStudies, readTrials, studySummary } from './studies.ts';
import { StudyOrder } from './study-order.ts';

interface Waiting {
  readonly study: StudyFile;
  readonly id: string;
}

interface Running {
  readonly study: StudyFile;
  readonly id: string;
  readonly job: Promise<Job>;
  /** settles when the job has ended and its state is on disk */
  readonly ended: Promise<void>;
  /** it ran before this lab came: it goes on when this lab goes, and how it ended is read from its folder */
  readonly found: boolean;
  /** why it is being ended, if it is; "abandon": the project is another lab's, nothing is to be written */
  intent: 'pause' | 'cancel' | 'abandon' | null;
  /** asked for while it ran: goes on if it is interrupted */
  again: boolean;
  /** processes that the system had killed for want of memory when it started */
  readonly kills: number | null;
}

/** Runs the trials of all started studies in their order, as many at once as the executor has slots. */
export class Queue {
  private readonly running = new Map<string, Running>();
  private readonly waiting: Waiting[] = [];
  private readonly order = new StudyOrder();
  /** what stopped the first of them and passes */
  private readonly hold: Hold;
  private readonly session: Session;
  private readonly executor: Executor;
  private readonly resources: Resources;
  private readonly events: Events;
  private readonly idle = new Set<() => void>();
  /** studies that the user paused, until they go on */
  private readonly paused = new Set<string>();
  private readonly preparation: Preparation;
  /** records of looks at test sets, one after the other */
  private looking: Promise<void> = Promise.resolve();
  /** starts trials, one after the other */
  private advancing: Promise<void> = Promise.resolve();

  /** calls that change the queue, one after the other: a Resume right after a Pause must see the trial stopped */
  private last: Promise<unknown> = Promise.resolve();

  constructor(session: Session, executor: Executor, events: Events, { engine }: Pick<Resources, 'engine'> = {}) {
    this.session = session;
    this.hold = new Hold(session.compute);
    this.executor = executor;
    this.resources = { engine, ...(executor.slots > 1 && { share: executor.slots }) };
    this.preparation = new Preparation(executor, this.resources, events);
    this.events = events;
  }

  /** Finds the trials of the open project that run already: an earlier lab has started them, or somebody by hand. */
  async findRunning(): Promise<void> {
    const { project } = this.session;
    for (const study of await readStudies(this.session)) {
      void this.recordLook(project, study); // a lab may have died before it could
      for (const { id } of study.trials) {
        const folder = join(project.paths.runs, id);
        if (!readHolder(folder)) continue;
        const state = await readTrialState(folder).catch(() => null);
        if (state?.state !== 'running' || state.job === undefined) continue;
        const job = executorNamed(state.executor, this.executor).attach(folder, state.job);
        if (job) this.watch(study, id, Promise.resolve(job), true);
      }
    }
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
    this.order.keep(this.active); // one that has ended and comes again is new
    for (const { id, state } of await readTrials(this.session, study, [...this.running.keys()], ids)) {
      const open = states === null || states.includes(state);
      const running = this.running.get(id);
      if (running) running.again = running.found;
      else if (open && !this.waiting.some((w) => w.id === id)) this.waiting.push({ study, id });
    }
    this.order.keep(this.active);
    this.order.sort(this.waiting);
    this.tellPlaces();
    this.hold.forget(); // the user may have mended what was in the way
    this.advanceSoon();
  }

  /** Puts studies that run or wait into another order; trials that run are finished first. @returns all of them in their order */
  reorder(names: readonly string[]): Promise<string[]> {
    return this.exclusive(async () => {
      this.order.give(names);
      this.order.sort(this.waiting);
      this.tellPlaces();
      return this.order.of(this.active);
    });
  }

  /** All trials that run or wait. */
  private get active(): (Waiting | Running)[] {
    return [...this.running.values(), ...this.waiting];
  }

  /** Ends the running trial of the study and takes its others from the queue; all can be resumed. */
  pause(study: Promise<StudyFile>): Promise<void> {
    return this.inOrder(study, async ({ name }) => {
      this.paused.add(name);
      this.drop((w) => w.study.name === name);
      await this.stop('pause', ({ study }) => study.name === name);
      this.tellPlaces();
      this.advanceSoon(); // what was waited for may have been this study's
    });
  }

  /** Takes one trial out for good (until it is retried). */
  cancel(study: Promise<StudyFile>, id: string): Promise<void> {
    return this.inOrder(study, async (study) => {
      if (!study.trials.some((t) => t.id === id)) throw new LabError('not-found', `There is no trial ${id}.`, { field: 'trial' });
      this.drop((w) => w.id === id);
      if (this.running.has(id)) return this.stop('cancel', (running) => running.id === id);
      const [{ state }] = await readTrials(this.session, study, [], [id]);
      if (state !== 'finished') await this.writeState(id, { state: 'cancelled' });
      this.tellPlaces();
    });
  }

  /** Ends everything that this lab has started: before the project is closed. */
  shutdown(): Promise<void> {
    return this.exclusive(async () => {
      this.waiting.length = 0;
      this.hold.forget();
      await this.stop('pause', ({ found }) => !found);
      this.running.clear(); // those that were found go on
      this.paused.clear();
      this.order.forget();
    });
  }

  /** Ends everything at once and writes nothing: the project is another lab's now. */
  abandon(): void {
    this.waiting.length = 0;
    this.hold.forget();
    this.preparation.kill();
    for (const running of this.running.values()) {
      running.intent = 'abandon';
      if (!running.found) void running.job.then((job) => job.kill()).catch(() => {}); // it could not be started
    }
    this.wakeIdle();
  }

  /** Whether a trial waits, or runs that would be stopped with this lab. */
  get isBusy(): boolean {
    return this.waiting.length > 0 || this.preparation.isRunning || [...this.running.values()].some(({ found }) => !found);
  }

  async summary(study: StudyFile): Promise<StudySummary> {
    const trials = await readTrials(this.session, study, [...this.running.keys()]);
    const held = study.trials.some(({ id }) => id === this.hold.trial) ? this.hold.error : null;
    return studySummary(study, trials, {
      place: this.order.placeOf(study.name, this.active),
      waits: (id) => id !== this.hold.trial && this.waiting.some((waiting) => waiting.id === id),
      nothingRuns: this.running.size === 0,
      paused: this.paused.has(study.name),
      held: held && { code: held.code, message: held.message },
    });
  }

  /** Tells how studies stand whose place in the order is another than before. */
  private tellPlaces(): void {
    for (const study of this.order.changes(this.active)) void this.publish(study);
  }

  /** Resolves when nothing runs and nothing waits. Until then it keeps this process alive: a trial that was found does not. */
  whenIdle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      const alive = setInterval(() => {}, 60_000);
      this.idle.add(() => {
        clearInterval(alive);
        resolve();
      });
    });
  }

  private get isIdle(): boolean {
    return this.running.size === 0 && this.waiting.length === 0 && !this.preparation.isRunning;
  }

  /** @throws LabError "not-found", "damaged-file" */
  study(name: string): Promise<StudyFile> {
    return findStudy(this.session, name);
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

  private async stop(intent: 'pause' | 'cancel', which: (running: Running) => boolean): Promise<void> {
    await this.preparation.cancel();
    const chosen = [...this.running.values()].filter(which);
    for (const running of chosen) {
      running.intent = running.intent === 'cancel' ? 'cancel' : intent; // what was cancelled stays cancelled
      running.again = false;
      void running.job.then((job) => job.cancel()).catch(() => {}); // one that could not be started has ended
    }
    await Promise.all(chosen.map(({ ended }) => ended));
  }

  private advanceSoon(): void {
    this.advancing = this.advancing
      .then(() => this.advance())
      .catch((error: unknown) => {
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
    while (this.running.size < this.executor.slots) {
      if (this.waiting.some(({ id }) => id === this.hold.trial)) return;
      this.hold.end();
      if (this.waiting.length === 0) break;
      const { runs } = this.session.project.paths;
      if (!(await this.preparation.isDone(this.waiting, runs, this.running.size === 0))) {
        if (this.running.size > 0) return; // asked again when one of them has ended
        continue; // it was cancelled: some may wait no longer
      }
      const next = await this.nextReady(runs);
      if (!next) {
        if (this.running.size > 0) return; // asked again when one of them has ended
        continue;
      }
      this.session.project.check();
      this.watch(next.study, next.id, this.submit(join(runs, next.id)), false);
      await this.publish(next.study);
    }
    if (this.isIdle) this.wakeIdle();
  }

  /**
   * Takes the first trial whose turn it is from the queue; null where there is none. What is not needed leaves the queue, and so does
   * what waits for trials that neither run nor wait: they have failed.
   */
  private async nextReady(runs: string): Promise<Waiting | null> {
    for (const waiting of [...this.waiting]) {
      const { study, id } = waiting;
      const turn = study.plan.entries === 'all' ? 'now' : await this.session.compute.call('trials.turn', { runs, study, id });
      if (turn === 'later' || !this.waiting.includes(waiting)) continue;
      this.drop((w) => w === waiting);
      if (turn === 'now') return waiting;
    }
    if (this.running.size === 0) this.waiting.length = 0;
    return null;
  }

  private async submit(folder: string): Promise<Job> {
    const job = this.executor.attach(folder, await this.executor.submit(folder, this.resources));
    if (job) return job;
    throw new LabError('trial-failed', `The trial in ${folder} ended as soon as it had been started.`);
  }

  /** Listens to a job until it has ended and its state is on disk; then the next one starts. */
  private watch(study: StudyFile, id: string, job: Promise<Job>, found: boolean): void {
    const { project } = this.session;
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const running: Running = { study, id, job, ended, found, intent: null, again: false, kills: memoryKills() };
    this.running.set(id, running);
    this.order.keep(this.active); // of one that was found
    let failure: ErrorEnvelope | null = null;
    let done = false;
    const hear = (raw: unknown) => {
      const message = trialMessageSchema.safeParse(raw);
      if (!message.success || this.running.get(id) !== running) return;
      if (message.data.type === 'failed') {
        failure = message.data.error;
        return; // told when the process has ended: it may be no failure but something to wait for
      }
      if (message.data.type === 'done') done = true;
      this.events.emit({ type: 'trial', trial: id, message: message.data });
      if (message.data.type === 'epoch' || message.data.type === 'ready') void this.publish(study);
    };
    const finish = async (settling: Promise<void>) => {
      await settling.catch((error: unknown) => this.tellFailure(id, toEnvelope(error))); // e.g. a full disk: the state cannot be written
      await this.recordLook(project, study); // while the trial counts as running: the project may be closed as soon as none does
      if (this.running.get(id) === running) this.running.delete(id);
      end();
      this.tellPlaces();
      await this.publish(study);
      this.advanceSoon();
    };
    job.then(
      (started) => {
        started.onMessage(hear);
        started.onExit((exit) => {
          if (this.running.get(id) !== running)
            end(); // found, and the project was closed meanwhile
          else void finish(found ? this.settleFound(running, exit) : this.settle(running, done, failure, exit));
        });
      },
      (error: unknown) => void finish(this.settleUnstarted(running, toEnvelope(error))),
    );
  }

  private async settleUnstarted({ id, intent }: Running, error: ErrorEnvelope): Promise<void> {
    if (intent === null) await this.writeState(id, { state: 'failed', error });
  }

  /** How a job that was found has ended stands in its folder. */
  private async settleFound(running: Running, exit: Exit): Promise<void> {
    const { study, id, intent, again } = running;
    const stored = await readTrialState(join(this.session.project.paths.runs, id));
    const done = stored?.state === 'finished';
    if (done) this.events.emit({ type: 'trial', trial: id, message: { type: 'done' } });
    const interrupted = stored?.state === 'interrupted' || stored?.state === 'running';
    if (again && interrupted) this.waiting.unshift({ study, id });
    else if (stored?.state !== 'interrupted' || intent !== null) await this.settle(running, done, stored?.error ?? null, exit);
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

  /** Records that a study has looked at its test set, which it has with its first finished trial. */
  private recordLook({ paths, check }: OpenProject, study: StudyFile): Promise<void> {
    const record = async () => {
      if (await hasTested(paths.runs, study)) await recordTestLook(paths.looks, study, check);
    };
    this.looking = this.looking.then(record).catch(() => {}); // damage is told by verify; a folder that is only read is left as it is
    return this.looking;
  }

  private async writeState(id: string, state: TrialStateFile): Promise<void> {
    const folder = join(this.session.project.paths.runs, id);
    if (existsSync(folder)) await writeTrialState(folder, state, this.session.project.check); // what was taken away is not made again
  }

  /** Tells the page how the study stands; what cannot be read now is told the next time. */
  private async publish(study: StudyFile): Promise<StudySummary | null> {
    try {
      if (!this.session.isOpen) return null;
      const summary = await this.summary(study);
      this.events.emit({ type: 'study', study: summary });
      return summary;
    } catch {
      return null; // the project's folder may have gone
    }
  }
}
