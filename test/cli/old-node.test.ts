import { execFileSync, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { processLives } from '../../main/platform/process-lives.ts';
import { quickPlan, runFolder, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const BIN = fileURLToPath(new URL('../../bin/magnilab.js', import.meta.url));
/** The version from which on bin/magnilab.js starts no other Node. */
const NEW_ENOUGH = 24;
const oldNode = findOldNode();

beforeAll(async () => {
  await installRuntime();
});

const skipped = oldNode === null ? ` (skipped: the PATH has no Node older than ${NEW_ENOUGH})` : '';
describe.skipIf(oldNode === null)(`a command that an older Node started ends when that is killed${skipped}`, () => {
  it('serve', { timeout: 300_000 }, async () => {
    const starter = start(await temporaryFolder(), 'serve', '--json', '--port', '0');
    const { url, pid } = await firstAnswer(starter.stdout);
    expect(pid).not.toBe(starter.pid);
    expect((await fetch(url)).status).toBe(200);
    starter.kill('SIGKILL');
    await gone([pid]);
  });

  it('study run, with its trial', { timeout: 300_000 }, async () => {
    const folder = await temporaryFolder();
    const [plan, project] = [join(folder, 'plan.json'), join(folder, 'P.magnilab')];
    const training = { epochs: 200, batchSize: 4, warmupEpochs: 0, cooldownEpochs: 0, learningRate: 0.01 };
    await writeFile(plan, JSON.stringify(quickPlan(await testTissue(), { training })));
    const starter = start(folder, 'study', 'run', plan, '--project', project);
    const history = join(runFolder(project, 'Quick_wavemix_32_4_40x_s0'), 'history.jsonl');
    while ((await readFile(history, 'utf8').catch(() => '')) === '') await wait(100);
    const pids = await below(starter.pid!);
    expect(pids.length).toBeGreaterThanOrEqual(2); // the lab and its trial
    starter.kill('SIGKILL');
    await gone(pids);
  });
});

function start(state: string, ...args: string[]) {
  const env = { ...process.env, MAGNILAB_STATE: state };
  return spawn(oldNode!, [BIN, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
}

async function firstAnswer(stdout: NodeJS.ReadableStream): Promise<{ url: string; pid: number }> {
  let text = '';
  for await (const chunk of stdout) {
    text += String(chunk);
    if (text.trimEnd().endsWith('}')) return JSON.parse(text) as { url: string; pid: number };
  }
  throw new Error(`serve ended before it gave an address: ${text}`);
}

/** Process ids of all that a process has started. */
async function below(pid: number): Promise<number[]> {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const children = parents.filter(([, parent]) => parent === pid).map(([child]) => child);
  return [...children, ...(await Promise.all(children.map(below))).flat()];
}

async function gone(pids: readonly number[]): Promise<void> {
  await expect.poll(() => pids.filter(processLives), { timeout: 60_000, interval: 200 }).toEqual([]);
}

/** The first node of the PATH outside this project that is too old for Magnilab. */
function findOldNode(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  for (const folder of folders) {
    const path = join(folder, 'node');
    try {
      accessSync(path, constants.X_OK);
      const [major] = execFileSync(path, ['--version'], { encoding: 'utf8' }).slice(1).split('.').map(Number);
      if (major < NEW_ENOUGH) return path;
    } catch {
      // no Node here, or one that does not start
    }
  }
  return null;
}
