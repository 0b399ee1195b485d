import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processLives } from '../../main/platform/process-lives.ts';
import { readHistory, trialFiles } from '../../main/project/trial-folder.ts';
import { Random } from '../../shared/domain/random.ts';
import type { Campaign, Outcome } from './campaign.ts';
import {
  ended,
  inFolder,
  leftovers,
  magnilab,
  predictions,
  reference,
  runFolders,
  startMagnilab,
  tinyPlan,
  tissue,
} from './world.ts';

/** A study is killed so often before it may end; several studies make up the count. */
const KILLS_PER_STUDY = 12;
/** Longer than a resumed study of two tiny trials takes, ms: kills fall anywhere in it. */
const SPAN_MS = 4_000;
/** Studies at once: each has a trial that computes. */
const LANES = 2;

/** kill -9 at random moments of the trial, of the lab, or of both; then the study is resumed until it ends. */
export const kills: Campaign = {
  name: 'kill -9 of trial, lab and both',
  unit: 'kills',
  short: 6,
  full: 200,
  run: (count) =>
    inFolder(async (folder) => {
      const plan = tinyPlan(await tissue(), { trainSets: [40, 100] });
      const expected = await reference(folder, plan);
      const findings: string[] = [];
      let [done, next] = [0, 0];
      const lane = async () => {
        while (done < count) {
          const study = next++;
          const own = Math.min(KILLS_PER_STUDY, count - done);
          done += own;
          findings.push(...(await killedStudy(join(folder, `study-${study}`), folder, study, own, expected.predictions)));
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      return { count: done, findings } satisfies Outcome;
    }),
};

async function killedStudy(
  project: string,
  folder: string,
  seed: number,
  count: number,
  expected: ReadonlyMap<string, string>,
): Promise<string[]> {
  const random = new Random(seed, 77);
  const state = `${project}-state`;
  project = `${project}.magnilab`;
  let started = false;
  for (let i = 0; i < count; i++) {
    const args = started
      ? ['study', 'resume', '--project', project]
      : ['study', 'run', join(folder, 'plan.json'), '--project', project];
    const lab = startMagnilab(state, ...args);
    const end = ended(lab);
    const whom = random.integer(3);
    await Promise.race([end, wait(random.next() * SPAN_MS)]);
    if (whom !== 0) lab.kill('SIGKILL');
    if (whom !== 1) await killTrial(project);
    if (whom === 0) lab.kill('SIGKILL'); // it saw its trial die, or not yet
    await end;
    started = await readFile(join(project, 'studies', 'Tiny.json')).then(
      () => true,
      () => false,
    );
  }
  const last = started
    ? await magnilab(state, 'study', 'resume', '--project', project)
    : await magnilab(state, 'study', 'run', join(folder, 'plan.json'), '--project', project);
  const findings: string[] = [];
  const told = (what: string) => findings.push(`study ${seed}: ${what}`);
  if (last.code !== 0) told(`the last resume ended with ${last.code}: ${last.text.trim().split('\n').slice(-3).join(' | ')}`);
  for (const [trial, hash] of expected)
    if ((await predictions(project)).get(trial) !== hash) told(`${trial} has other predictions than the one that was not killed`);
  for (const run of await runFolders(project)) {
    const epochs = (await readHistory(run)).map(({ epoch }) => epoch);
    if (epochs.join() !== '0,1,2,3,4,5') told(`${run} has the epochs ${epochs.join()}`);
    const log = await readFile(trialFiles(run).log, 'utf8').catch(() => '');
    for (const epoch of epochs)
      if (log.split(`"type":"epoch","row":{"epoch":${epoch},`).length > 2) told(`${run}: epoch ${epoch} was run twice`);
  }
  const verified = await magnilab(state, 'verify', project);
  if (verified.code !== 0) told('verify finds faults');
  for (const path of await leftovers(project)) told(`${path} was left behind`);
  return findings;
}

async function killTrial(project: string): Promise<void> {
  for (const run of await runFolders(project)) {
    const { state, pid } = JSON.parse(await readFile(trialFiles(run).state, 'utf8').catch(() => '{}')) as {
      state?: string;
      pid?: number;
    };
    if (state !== 'running' || pid === undefined || !processLives(pid)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
  }
}
