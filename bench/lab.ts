import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLab, type Lab } from '../main/lab/lab.ts';
import { createStudy } from '../main/lab/studies.ts';
import type { CallName } from '../shared/contract/api.ts';
import { pictureAddress } from '../shared/contract/pictures.ts';
import type { PlanSplit } from '../shared/contract/plan.ts';
import { largeProject, largePlan, PICTURES } from './large-project.ts';
import { writeResult, writeTable } from './machine.ts';
import { type Blocks, watchBlocks } from './watch-blocks.ts';

/** No call may keep the lab's thread from answering others for longer, ms. */
const TARGET_MS = 50;
/** Calls of one kind: the first by itself, then these. */
const TIMES = 8;

interface Row extends Blocks {
  readonly call: string;
  readonly firstMs: number;
  readonly p95Ms: number;
}

/**
 * Asks everything that can be read of a project with as many images as BreakHis (7,909) and a study of 96 finished trials, and
 * writes down how long each answer took, and for how long the lab's thread was ever blocked meanwhile.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'magnilab-bench-'));
  process.env.MAGNILAB_STATE = folder;
  const lab = createLab({ door: 'browser' });
  try {
    console.log('writing 7,909 entries and 96 trials ...');
    const project = await largeProject(folder);
    const rows: Row[] = [];
    const measure = async (call: string, work: () => Promise<unknown>, times = TIMES) => {
      rows.push(await measureCall(call, work, times));
      console.log(rowText(rows.at(-1)!));
    };
    await measure('projects.open', () => lab.services['projects.open']({ folder: project }), 0);
    for (const [call, work] of questions(lab)) await measure(call, work);
    const again = { ...largePlan(lab.session.indexed.folder), name: 'Again' };
    await measure('studies.start (without its trials)', () => createStudy(lab.session, again), 0);
    await measure('reports.export', () => lab.services['reports.export']({ study: 'Large' }), 1);
    write(rows);
  } finally {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls that change something. */
type Other = Extract<
  CallName,
  | `${'projects' | 'studies'}.${'create' | 'open' | 'close' | 'demo' | 'finishedDemo' | 'start' | 'resume' | 'pause'}`
  | 'runtime.install'
  | 'tasks.cancel'
  | 'files.choose'
  | 'files.reveal'
  | 'dataset.index'
  | 'dataset.locate'
  | 'plans.save'
  | 'plans.keepDraft'
  | 'studies.order'
  | 'trials.cancel'
  | 'trials.retry'
  | 'reports.export'
  | 'reports.keep'
  | 'trials.exportOnnx'
  | 'try.open'
  | 'try.upload'
  | 'try.remove'
  | 'try.addWeights'
  | 'try.saliency'
>;

/** Every call that reads; the compiler misses none. */
function questions(lab: Lab): [string, () => Promise<unknown>][] {
  const { services } = lab;
  const plan = largePlan(lab.session.indexed.folder);
  const study = { study: plan.name };
  const trial = `${plan.name}_resnet18_40x_s0`;
  let seed = 0;
  let image: string | null = null;
  let tried: string | null = null;
  const asked: Record<Exclude<CallName, Other>, () => Promise<unknown>> = {
    'lab.info': () => services['lab.info']({}),
    'models.list': () => services['models.list']({}),
    'tasks.list': () => services['tasks.list']({}),
    'files.list': () => services['files.list']({}),
    'runtime.doctor': () => services['runtime.doctor']({}),
    'projects.recent': () => services['projects.recent']({}),
    'projects.problems': () => services['projects.problems']({}),
    'dataset.summary': () => services['dataset.summary']({}),
    'dataset.images': () => services['dataset.images']({ filter: {}, offset: 4000, limit: 1000 }),
    'plans.preset': () => services['plans.preset']({ preset: 'rigorous', name: 'New' }),
    'plans.list': () => services['plans.list']({}),
    'plans.open': () => services['plans.open']({ name: plan.name }),
    'plans.draft': () => services['plans.draft']({}),
    'plans.check': () => services['plans.check']({ plan: { ...plan, split: { ...plan.split, seed: seed++ } } }),
    'plans.split': () => services['plans.split']({ split: { ...plan.split, seed: seed++ } }),
    'studies.list': () => services['studies.list']({}),
    'trials.history': () => services['trials.history']({ trial }),
    'trials.log': () => services['trials.log']({ trial, limit: 65_536 }),
    'results.study': () => services['results.study'](study),
    'results.compare': () => services['results.compare']({ first: plan.name, second: plan.name }),
    'results.cells': () => services['results.cells'](study),
    'results.case': async () =>
      services['results.case']({
        trial,
        case: (
          await services['results.images']({
            trial,
            view: { magnification: 40, scale: 'native' },
            truth: 'malignant',
            predicted: 'malignant',
          })
        )[0].case,
      }),
    'results.images': () =>
      services['results.images']({
        trial,
        view: { magnification: 100, scale: 'native' },
        truth: 'malignant',
        predicted: 'malignant',
      }),
    'results.saliency': async () => {
      image ??= await testedPicture(lab, trial);
      return services['results.saliency']({ trial, image, method: 'grad-cam' });
    },
    'reports.preview': () => services['reports.preview'](study),
    'reports.words': () => services['reports.words'](study),
    'reports.settings': () => services['reports.settings'](study),
    'try.networks': () => services['try.networks']({}),
    'try.images': () => services['try.images']({}),
    'try.classify': async () => {
      tried ??= await triedImage(lab, trial);
      return services['try.classify']({ network: { trial }, images: [tried] });
    },
  };
  const fold: PlanSplit = { ...plan.split, by: 'fold', folds: [1] };
  return [
    ...Object.entries(asked),
    [
      `${PICTURES} pictures by address`,
      async () => {
        const { images } = await services['dataset.images']({ filter: {}, offset: 0, limit: PICTURES });
        const width = 200 + seed++; // another one: each is made
        await Promise.all(images.map(({ picture }) => lab.picture(pictureAddress(picture, width))));
      },
    ],
    ['plans.check, the same again', () => services['plans.check']({ plan })],
    ['plans.split, by image', () => services['plans.split']({ split: { ...plan.split, by: 'image', seed: seed++ } })],
    ['plans.split, official fold', () => services['plans.split']({ split: { ...fold, seed: seed++ } })],
  ];
}

/** The same, taken as an image of no study. */
async function triedImage(lab: Lab, trial: string): Promise<string> {
  const path = join(lab.session.indexed.folder, await testedPicture(lab, trial));
  const { images } = await lab.services['try.open']({ paths: [path] });
  return images[0].id;
}

/** An image of a trial's test that is a file here. */
async function testedPicture({ services, session }: Lab, trial: string): Promise<string> {
  for (const magnification of [40, 100, 200, 400])
    for (const truth of ['benign', 'malignant'])
      for (const predicted of ['benign', 'malignant']) {
        const question = { trial, view: { magnification, scale: 'native' as const }, truth, predicted };
        const found = (await services['results.images'](question)).find(({ path }) =>
          existsSync(join(session.indexed.folder, path)),
        );
        if (found) return found.path;
      }
  throw new Error('no image of the test is a file: the benchmark needs one');
}

async function measureCall(call: string, work: () => Promise<unknown>, times: number): Promise<Row> {
  const watch = watchBlocks();
  const seconds: number[] = [];
  try {
    for (let i = 0; i <= times; i++) {
      const started = performance.now();
      await work();
      seconds.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 5)); // what the answer left behind counts, too
    }
  } finally {
    watch.stop();
  }
  const [first, ...others] = seconds;
  const sorted = (others.length > 0 ? others : [first]).toSorted((a, b) => a - b);
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1];
  return { call, firstMs: round(first), p95Ms: round(p95), ...watch.longest() };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

function rowText({ call, firstMs, p95Ms, blockMs, computedMs }: Row): string {
  return `${call.padEnd(36)} first ${firstMs} ms, p95 ${p95Ms} ms, longest block ${blockMs} ms (computing: ${computedMs} ms)`;
}

function write(rows: readonly Row[]): void {
  const names = (late: (row: Row) => boolean) => rows.filter(late).map(({ call }) => call);
  const late = names(({ computedMs }) => computedMs >= TARGET_MS);
  const waited = names(({ blockMs, computedMs }) => blockMs >= TARGET_MS && computedMs < TARGET_MS);
  const load = `${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`;
  writeResult('lab', { images: 7909, trials: 96, targetMs: TARGET_MS, calls: rows });
  writeTable('lab', [
    '# The lab: how long calls take, and for how long its thread is blocked',
    '',
    'A project with 7,909 images, named and sized as BreakHis, and a study of 96 finished trials of 110 epochs. Every call that reads',
    `is asked ${TIMES + 1} times through the services, as a door asks. "First": nothing has been read yet. "p95": of the others.`,
    '"Longest block": the longest time in which a timer of one millisecond did not come; "computing": the longest that the thread itself',
    'computed meanwhile (CPU time): the rest of a block it waited for a core, which compute threads and other programs use. Splits',
    'are of another seed each time.',
    'The first question of where a network looked (`results.saliency`, Grad-CAM of ResNet-18) starts the predict process.',
    '',
    late.length === 0
      ? `No call kept the lab's thread computing for ${TARGET_MS} ms.`
      : `Kept the lab's thread computing for ${TARGET_MS} ms or longer: ${late.join('; ')}.`,
    ...(waited.length > 0
      ? [`It waited so long for a core, with hardly anything to compute: ${waited.join('; ')} (the machine's load was ${load}).`]
      : []),
    '',
    '| call | first (ms) | p95 (ms) | longest block (ms) | computing (ms) |',
    '|---|---|---|---|---|',
    ...rows.map((r) => `| ${r.call} | ${r.firstMs} | ${r.p95Ms} | ${r.blockMs} | ${r.computedMs} |`),
  ]);
}
