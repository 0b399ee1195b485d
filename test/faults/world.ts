import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateDemoTissue } from '../../main/dataset/demo-tissue.ts';
import { createLab, type Lab } from '../../main/lab/lab.ts';
import { cacheFolder } from '../../main/platform/paths.ts';
import { trialFiles } from '../../main/project/trial-folder.ts';
import { type Plan, planSchema, type PlanInput } from '../../shared/contract/plan.ts';

const BIN = fileURLToPath(new URL('../../bin/magnilab.js', import.meta.url));

/** Calls that take a folder of their own, removed afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'magnilab-faults-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** 96 synthetic images of 12 cases, drawn once and kept. */
export async function tissue(): Promise<string> {
  return (await generateDemoTissue(cacheFolder('test-tissue'), { cases: 12, fieldsPerMagnification: 2 })).folder;
}

/** A plan of tiny trials, a second each. */
export function tinyPlan(dataset: string, change: Partial<PlanInput> = {}): Plan {
  return planSchema.parse({
    format: 2,
    name: 'Tiny',
    dataset: { folder: dataset },
    protocol: 'quick',
    models: ['convmixer_test'],
    trainSets: [40],
    seeds: [0],
    inputSize: [64, 64],
    training: { epochs: 6, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 },
    augmentation: { scale: [0.6, 1] },
    ...change,
  });
}

/** The same engine for every trial: only then are bits the same. */
const environment = () => ({ ...process.env, MAGNILAB_ENGINE: 'session' });

export function startMagnilab(state: string, ...args: string[]): ChildProcess {
  const env = { ...environment(), MAGNILAB_STATE: state };
  return spawn(process.execPath, [BIN, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** @returns exit code and what was said on stderr */
export async function ended(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = '';
  child.stderr?.on('data', (data) => (text += String(data)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, text };
}

export async function magnilab(state: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
  return ended(startMagnilab(state, ...args));
}

/** A lab in this process, with the engine of all campaigns. */
export function labHere(state: string): Lab {
  Object.assign(process.env, { MAGNILAB_STATE: state, MAGNILAB_ENGINE: 'session' });
  return createLab({ door: 'browser' });
}

/** Waits for a task of a lab in this process. @throws its error */
export async function taskEnded(lab: Lab, id: string): Promise<void> {
  for (;;) {
    const task = lab.tasks.list().find((t) => t.id === id);
    if (task && task.state !== 'running') {
      if (task.error) throw Object.assign(new Error(task.error.message), { code: task.error.code });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function runFolders(project: string): Promise<string[]> {
  const names = await readdir(join(project, 'runs')).catch((): string[] => []);
  return names.filter((name) => !name.startsWith('.')).map((name) => join(project, 'runs', name));
}

/** SHA-256 of the predictions of every trial, by its id; "" where there are none. */
export async function predictions(project: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of await runFolders(project)) {
    const text = await readFile(trialFiles(folder).predictions).catch(() => null);
    found.set(folder.split('/').at(-1)!, text ? createHash('sha256').update(text).digest('hex') : '');
  }
  return found;
}

/** Files that a killed process leaves and nobody needs. */
export async function leftovers(project: string): Promise<string[]> {
  const entries = await readdir(project, { withFileTypes: true, recursive: true });
  return entries
    .filter(({ name }) => /^\.magnilab-.*\.tmp$/.test(name) || name === 'lease.json' || name === 'lab.owner')
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** A finished study of the plan in a project of its own: what interrupted ones are held to. */
export async function reference(folder: string, plan: Plan): Promise<{ project: string; predictions: Map<string, string> }> {
  const project = join(folder, 'Reference.magnilab');
  const file = join(folder, 'plan.json');
  await writeFile(file, JSON.stringify(plan));
  const { code, text } = await magnilab(join(folder, 'state'), 'study', 'run', file, '--project', project);
  if (code !== 0) throw new Error(`the reference study ended with ${code}:\n${text}`);
  return { project, predictions: await predictions(project) };
}
