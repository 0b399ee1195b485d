import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabEvent } from '../../shared/contract/events.ts';
import type { CallInput, LabServices } from '../../shared/contract/api.ts';
import type { ModelRow } from '../../shared/contract/calls/system.ts';
import type { NetworkChoice } from '../../shared/contract/try.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { timmName, VARIANTS } from '../../shared/domain/catalogue.ts';
import { newNameProblem } from '../../shared/domain/names.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import type { Doctor, LabInfo } from '../../shared/contract/system.ts';
import { examine } from '../runtime/doctor.ts';
import { installRuntime } from '../runtime/install.ts';
import { Compute } from '../compute/compute.ts';
import type { Executor } from '../executors/executor.ts';
import { defaultExecutor } from '../executors/registry.ts';
import { lastDataFolder } from '../project/data-folders.ts';
import { projectsFolder } from '../platform/paths.ts';
import { PROJECT_SUFFIX } from '../project/project.ts';
import { readLog } from '../project/trial-log.ts';
import { releasesAddress, version } from '../platform/version.ts';
import { datasetSummary, indexIntoProject, listImages, presetFor } from './datasets.ts';
import { demoProjectFolder, openDemo } from './demo.ts';
import { Events } from './events.ts';
import { finishedDemoFolder, openFinishedDemo } from './finished-demo.ts';
import { Predictor } from '../inference/predictor.ts';
import { listFolder } from './files.ts';
import { Limit } from './limit.ts';
import { locateDataset } from './places.ts';
import { type PictureAnswer, Pictures } from './pictures.ts';
import { exportTrialOnnx } from './onnx.ts';
import { checkPlan, keepDraft, listPlans, openPlan, readDraft, savePlan } from './plans.ts';
import { Queue } from './queue.ts';
import { exportReport, keepReportSettings, previewReport, reportSettings, reportWords } from './reports.ts';
import { cellImages, compareStudies, studyCells, studyResults, testedCase } from './results.ts';
import { trialSaliency } from './saliency.ts';
import { recentProjects, Session } from './session.ts';
import { createStudy, readStudies } from './studies.ts';
import { type Report, Tasks } from './tasks.ts';
import { trainedNetworks, Tries } from './tries.ts';
import { projectProblems } from './verify.ts';

/** Questions to predict processes that are computed at once: each takes every core. */
const QUESTIONS_AT_ONCE = 1;
/** Questions that wait for them; more are refused. */
const QUESTIONS_WAITING = 8;

export interface LabOptions {
  readonly door: LabInfo['door'];
  /** runs trials; the desktop passes its own */
  readonly executor?: Executor;
  /** trials at once, where the executor is the lab's own */
  readonly jobs?: number;
  /** how trials compute their steps; undefined: what measures fastest */
  readonly engine?: string;
  /** native dialog, where the door has one */
  /** shows a file or folder in the system's file manager */
  readonly reveal?: (path: string) => void;
  readonly choose?: (purpose: CallInput<'files.choose'>['purpose']) => Promise<string | null>;
}

/** The lab: one set of services that every door offers. Doors know nothing but this. */
export interface Lab {
  readonly services: LabServices;
  /** @returns stops listening */
  on(listener: (event: LabEvent) => void): () => void;
  /** A picture by its address after the page's own: "picture/…". */
  picture(path: string, signal?: AbortSignal): Promise<PictureAnswer>;
  /** Stops trials (they can be resumed), cancels tasks and closes the project. */
  close(): Promise<void>;
  /** Parts for doors that wait for work to end: the command line. */
  readonly session: Session;
  readonly queue: Queue;
  readonly tasks: Tasks;
  readonly compute: Compute;
  readonly predictor: Predictor;
}

export function createLab({ door, jobs, executor = defaultExecutor({ slots: jobs }), engine, choose, reveal }: LabOptions): Lab {
  const events = new Events();
  const compute = new Compute();
  const session = new Session(events, compute);
  const pictures = new Pictures(session);
  const queue = new Queue(session, executor, events, { engine });
  const tasks = new Tasks(events);
  session.isBusy = () => queue.isBusy;
  session.beforeClose = () => queue.shutdown();
  session.afterOpen = () => queue.findRunning();
  session.onLost = () => {
    queue.abandon();
    const message = 'Another Magnilab has taken over this project. Nothing more is written here; open it again to go on.';
    events.emit({ type: 'trial', trial: '', message: { type: 'failed', error: { code: 'project-locked', message } } });
  };

  /** one process at a time, however often the page asks */
  let examining: Promise<Doctor> | null = null;
  const predictor = new Predictor();
  const tries = new Tries(session, pictures);
  const asking = new Limit(QUESTIONS_AT_ONCE, QUESTIONS_WAITING);

  const services: LabServices = {
    'lab.info': async () => ({
      version,
      releases: releasesAddress(),
      door,
      nativeDialogs: choose !== undefined,
      projectsFolder: projectsFolder(),
      project: session.describe(),
    }),
    'runtime.doctor': () => (examining ??= examine().finally(() => (examining = null))),
    'runtime.install': async (choice) => {
      const { id, finished } = tasks.start('runtime', (report, signal) =>
        installRuntime({ ...choice, signal, onProgress: ({ phase, done, total }) => report(`runtime.${phase}`, done, total) }),
      );
      finished.catch(() => {}); // the task carries the error
      return { task: id };
    },
    'models.list': async () => modelRows(),
    'tasks.list': async () => tasks.list(),
    'tasks.cancel': async ({ task }) => {
      tasks.cancel(task);
      return {};
    },

    'files.list': ({ path }) => listFolder(path),
    'files.choose': async ({ purpose }) => {
      if (!choose) throw new LabError('not-available', 'This door has no native dialog; use the list of folders.');
      return { path: await choose(purpose) };
    },
    'files.reveal': async ({ path }) => {
      if (!reveal) throw new LabError('not-available', `This door cannot show folders of this machine: open ${path} there.`);
      if (!existsSync(path)) throw new LabError('not-found', `${path} is not there any more.`, { path });
      reveal(path);
      return {};
    },

    'projects.recent': () => recentProjects(),
    'projects.create': async ({ name, folder, stop }) => {
      const problem = newNameProblem(name);
      if (problem) throw new LabError('bad-input', `The name of the project ${problem}.`, { field: 'name' });
      const parent = folder ?? projectsFolder();
      await mkdir(parent, { recursive: true });
      return session.create(join(parent, `${name}${PROJECT_SUFFIX}`), stop);
    },
    'projects.open': async ({ folder, stop }) => {
      const project = await session.openFolder(folder, stop);
      await indexAgainIfLost();
      return project;
    },
    'projects.close': async ({ stop }) => {
      await session.close(stop ?? false);
      return {};
    },
    'projects.problems': () => projectProblems(session),
    'projects.demo': async ({ stop }) => {
      if (!stop && !session.isOpenAt(demoProjectFolder())) session.requireIdle();
      const { id, finished } = tasks.start('demo', (report, signal) => openDemo(session, demoProjectFolder(), report, signal));
      finished.catch(() => {});
      return { task: id };
    },
    'projects.finishedDemo': ({ stop }) => openFinishedDemo(session, finishedDemoFolder(), stop),

    'dataset.index': async (input) => {
      void session.project; // refuse at once without a project
      const { id, finished } = tasks.start('index', (report, signal) => indexIntoProject(session, input, report, signal));
      finished.catch(() => {});
      return { task: id };
    },
    'dataset.locate': ({ folder }) => locateDataset(session, folder),
    'dataset.summary': () => datasetSummary(session),
    'dataset.images': async (input) => listImages(session, pictures, input),

    'plans.preset': ({ preset, name }) => presetFor(session, preset, name),
    'plans.list': () => listPlans(session),
    'plans.open': ({ name }) => openPlan(session, name),
    'plans.save': async ({ plan }) => ({ path: await savePlan(session, plan) }),
    'plans.check': ({ plan }, { signal } = {}) => checkPlan(session, plan, signal),
    'plans.draft': async () => ({ draft: await readDraft(session) }),
    'plans.keepDraft': async ({ draft }) => {
      await keepDraft(session, draft);
      return {};
    },
    'plans.split': async (input, { signal } = {}) =>
      compute.call('images.split', { ...input, index: session.indexedRef }, { signal }),

    'studies.list': async () => Promise.all((await readStudies(session)).map((study) => queue.summary(study))),
    'studies.start': async ({ plan }) => {
      const study = await createStudy(session, plan);
      await queue.enqueue(study);
      return queue.summary(study);
    },
    'studies.resume': async ({ study: name, failed }) => {
      const study = queue.study(name);
      await queue.enqueue(study, failed);
      return queue.summary(await study);
    },
    'studies.pause': async ({ study: name }) => {
      const study = queue.study(name);
      await queue.pause(study);
      return queue.summary(await study);
    },
    'studies.order': async ({ studies }) => {
      await Promise.all(studies.map((name) => queue.study(name))); // refuse what is not there
      const order = await queue.reorder(studies);
      return Promise.all(order.map(async (name) => queue.summary(await queue.study(name))));
    },
    'trials.cancel': async ({ trial }) => {
      const study = studyOf(trial);
      await queue.cancel(study, trial);
      return queue.summary(await study);
    },
    'trials.retry': async ({ trial }) => {
      const study = studyOf(trial);
      await queue.retry(study, trial);
      return queue.summary(await study);
    },
    'trials.log': async ({ trial, ...part }) => {
      await studyOf(trial);
      return readLog(join(session.project.paths.runs, trial), part);
    },
    'trials.history': async ({ trial }, { signal } = {}) => {
      const { runs } = session.project.paths;
      return compute.call('trials.history', { runs, study: await studyOf(trial), id: trial }, { signal });
    },

    'results.compare': async ({ first, second, pair }, { signal } = {}) =>
      compareStudies(session, [await queue.study(first), await queue.study(second)], pair, signal),
    'results.study': async ({ study }, { signal } = {}) => studyResults(session, await queue.study(study), signal),
    'results.cells': async ({ study }, { signal } = {}) => studyCells(session, await queue.study(study), signal),
    'results.images': async (input, { signal } = {}) => {
      await studyOf(input.trial);
      return cellImages(session, pictures, input, signal);
    },
    'results.case': async (input, { signal } = {}) => {
      await studyOf(input.trial);
      return testedCase(session, pictures, input, signal);
    },
    'results.saliency': async (input, { signal } = {}) => {
      await studyOf(input.trial);
      return asking.run(() => trialSaliency(session, predictor, pictures, input, signal), signal);
    },

    'try.networks': async () => {
      const studies = await readStudies(session);
      return trainedNetworks(studies, await Promise.all(studies.map((study) => queue.summary(study))));
    },
    'try.images': async () => tries.images(),
    'try.open': ({ paths }, { signal } = {}) => tries.open(paths, signal),
    'try.upload': (input) => tries.upload(input),
    'try.remove': async ({ images }) => {
      await tries.remove(images);
      return {};
    },
    'try.addWeights': (input, { signal } = {}) => asking.run(() => tries.addWeights(input, signal), signal),
    'try.classify': async (input, { signal } = {}) => {
      await requireKnown(input.network);
      return asking.run(() => tries.classify(input, signal), signal);
    },
    'try.saliency': async (input, { signal } = {}) => {
      await requireKnown(input.network);
      return asking.run(() => tries.saliency(input, signal), signal);
    },

    'reports.preview': async ({ study }, { signal } = {}) => ({
      page: pictures.keepPage(await previewReport(session, await queue.study(study), signal)),
    }),
    'reports.words': async ({ study }, { signal } = {}) => reportWords(session, await queue.study(study), signal),
    'reports.export': async ({ study, folder, settings }) => exportReport(session, await queue.study(study), folder, settings),
    'reports.settings': async ({ study }) => reportSettings(session, await queue.study(study)),
    'reports.keep': async ({ study, settings }) => {
      await keepReportSettings(session, await queue.study(study), settings);
      return {};
    },
    'trials.exportOnnx': async (input, { signal } = {}) => {
      await studyOf(input.trial);
      return asking.run(() => exportTrialOnnx(session, predictor, input, signal), signal);
    },
  };

  /** An index that was damaged is made again by itself, where it is known of which folder it was. */
  async function indexAgainIfLost(): Promise<void> {
    const { damagedIndex, readOnly, folder } = session.project;
    const data = damagedIndex !== null && !readOnly && session.index === null ? await lastDataFolder(folder) : null;
    if (data === null) return;
    const work = (report: Report, signal: AbortSignal) =>
      indexIntoProject(session, { folder: data, verify: false }, report, signal);
    tasks.start('index', work).finished.catch(() => {}); // the task carries the error
  }

  async function studyOf(trial: string) {
    const study = (await readStudies(session)).find((s) => s.trials.some((t) => t.id === trial));
    if (!study) throw new LabError('not-found', `This project has no trial "${trial}".`, { field: 'trial' });
    return study;
  }

  /** @throws LabError "not-found" for a trial that the project has not */
  async function requireKnown(network: NetworkChoice): Promise<void> {
    if ('trial' in network) await studyOf(network.trial);
  }

  return {
    services,
    session,
    queue,
    tasks,
    compute,
    predictor,
    on: (listener) => events.on(listener),
    picture: (path, signal) => pictures.answer(path, signal),
    async close() {
      tasks.cancelAll();
      await session.close();
      await Promise.all([compute.close(), predictor.close(), tries.close()]);
    },
  };
}

/** The catalogue as the planner, the report and `magnilab models` show it. */
export function modelRows(): ModelRow[] {
  return VARIANTS.map((variant) => {
    const { mean, std, small = false, dims, ...row } = variant;
    const { kind, citation, url } = FAMILIES.find((f) => f.family === row.family)!;
    return { ...row, timm: timmName(variant), dims: { ...dims }, mean: [...mean], std: [...std], small, kind, citation, url };
  });
}
