import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabEvent, LabServices, ModelRow } from '../../shared/contract/api.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { presetPlan } from '../../shared/contract/plan.ts';
import { timmName, VARIANTS } from '../../shared/domain/catalogue.ts';
import { newNameProblem } from '../../shared/domain/names.ts';
import { FAMILIES } from '../../shared/domain/families.ts';
import type { LabInfo } from '../../shared/contract/system.ts';
import { examine } from '../engine/doctor.ts';
import { installRuntime } from '../engine/install.ts';
import type { TrialLauncher } from '../executors/launcher.ts';
import { forkLauncher } from '../executors/local.ts';
import { projectsFolder } from '../store/paths.ts';
import { PROJECT_SUFFIX } from '../store/project.ts';
import { version } from '../store/version.ts';
import { readHistory, trialFiles } from '../training/trial-folder.ts';
import { datasetSummary, indexIntoProject, listImages, makeThumbnails, previewSplit } from './datasets.ts';
import { demoProjectFolder, openDemo } from './demo.ts';
import { Events } from './events.ts';
import { listFolder } from './files.ts';
import { checkPlan, listPlans, openPlan, savePlan } from './plans.ts';
import { Queue } from './queue.ts';
import { exportReport, previewReport } from './reports.ts';
import { cellImages, studyCells } from './results.ts';
import { trialSaliency } from './saliency.ts';
import { recentProjects, Session } from './session.ts';
import { createStudy, readStudies } from './studies.ts';
import { Tasks } from './tasks.ts';

export interface LabOptions {
  readonly door: LabInfo['door'];
  /** starts trial processes; the desktop passes its own */
  readonly launcher?: TrialLauncher;
  /** native dialog, where the door has one */
  readonly choose?: (purpose: 'dataset' | 'project' | 'report') => Promise<string | null>;
}

/** The lab: one set of services that every door offers. Doors know nothing but this. */
export interface Lab {
  readonly services: LabServices;
  /** @returns stops listening */
  on(listener: (event: LabEvent) => void): () => void;
  /** Stops trials (they can be resumed), cancels tasks and closes the project. */
  close(): Promise<void>;
  /** Parts for doors that wait for work to end: the command line. */
  readonly session: Session;
  readonly queue: Queue;
  readonly tasks: Tasks;
}

export function createLab({ door, launcher = forkLauncher, choose }: LabOptions): Lab {
  const events = new Events();
  const session = new Session(events);
  const queue = new Queue(session, launcher, events);
  const tasks = new Tasks(events);
  session.beforeClose = () => queue.shutdown();

  const services: LabServices = {
    'lab.info': async () => ({
      version,
      door,
      nativeDialogs: choose !== undefined,
      projectsFolder: projectsFolder(),
      project: session.describe(),
    }),
    'runtime.doctor': () => examine(),
    'runtime.install': async () => {
      const { id, finished } = tasks.start('runtime', (report, signal) =>
        installRuntime({ signal, onProgress: ({ phase, done, total }) => report(phase, done, total) }),
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

    'projects.recent': () => recentProjects(),
    'projects.create': async ({ name, folder }) => {
      const problem = newNameProblem(name);
      if (problem) throw new LabError('bad-input', `The name of the project ${problem}.`, { field: 'name' });
      const parent = folder ?? projectsFolder();
      await mkdir(parent, { recursive: true });
      return session.create(join(parent, `${name}${PROJECT_SUFFIX}`));
    },
    'projects.open': ({ folder }) => session.openFolder(folder),
    'projects.close': async () => {
      await session.close();
      return {};
    },
    'projects.demo': async () => {
      const { id, finished } = tasks.start('demo', (report, signal) => openDemo(session, demoProjectFolder(), report, signal));
      finished.catch(() => {});
      return { task: id };
    },

    'dataset.index': async (input) => {
      void session.project; // refuse at once without a project
      const { id, finished } = tasks.start('index', (report, signal) => indexIntoProject(session, input, report, signal));
      finished.catch(() => {});
      return { task: id };
    },
    'dataset.summary': async () => datasetSummary(session),
    'dataset.problems': async () => session.index?.result.problems.slice() ?? [],
    'dataset.images': async ({ filter, offset, limit }) => listImages(session, filter, offset, limit),
    'dataset.thumbnails': ({ images, width }) => makeThumbnails(session, images, width),

    'plans.preset': async ({ preset, name }) => presetPlan(preset, name, session.indexed.folder),
    'plans.list': () => listPlans(session),
    'plans.open': ({ name }) => openPlan(session, name),
    'plans.save': async ({ plan }) => ({ path: await savePlan(session, plan) }),
    'plans.check': ({ plan }) => checkPlan(session, plan),
    'plans.split': ({ split }) => previewSplit(session, split),

    'studies.list': async () => Promise.all((await readStudies(session)).map((study) => queue.summary(study))),
    'studies.start': async ({ plan }) => {
      const study = await createStudy(session, plan);
      await queue.enqueue(study);
      return queue.summary(study);
    },
    'studies.resume': async ({ study: name }) => {
      const study = queue.study(name);
      await queue.enqueue(study);
      return queue.summary(await study);
    },
    'studies.pause': async ({ study: name }) => {
      const study = queue.study(name);
      await queue.pause(study);
      return queue.summary(await study);
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
    'trials.history': async ({ trial }) => {
      await studyOf(trial);
      return readHistory(trialFiles(join(session.project.paths.runs, trial)).history);
    },

    'results.cells': async ({ study }) => studyCells(session, await queue.study(study)),
    'results.images': async (input) => {
      await studyOf(input.trial);
      return cellImages(session, input);
    },
    'results.saliency': ({ task, ...input }) =>
      tasks.answer(task, async (signal) => {
        await studyOf(input.trial);
        return trialSaliency(session, input, signal);
      }),

    'reports.preview': async ({ study }) => ({ html: await previewReport(session, await queue.study(study)) }),
    'reports.export': async ({ study, folder }) => exportReport(session, await queue.study(study), folder),
  };

  async function studyOf(trial: string) {
    const study = (await readStudies(session)).find((s) => s.trials.some((t) => t.id === trial));
    if (!study) throw new LabError('not-found', `This project has no trial "${trial}".`, { field: 'trial' });
    return study;
  }

  return {
    services,
    session,
    queue,
    tasks,
    on: (listener) => events.on(listener),
    async close() {
      tasks.cancelAll();
      await session.close();
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
