import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { verifyProject } from '../../main/lab/verify.ts';
import { dataFoldersPath } from '../../main/project/data-folders.ts';
import { LEASE_FILE } from '../../main/project/lease.ts';
import { projectPaths } from '../../main/project/project.ts';
import { trialFiles } from '../../main/project/trial-folder.ts';
import { toEnvelope } from '../../shared/contract/errors.ts';
import { Random } from '../../shared/domain/random.ts';
import type { Campaign } from './campaign.ts';
import { inFolder, labHere, reference, tinyPlan, tissue } from './world.ts';

const [DAMAGED, SOUND] = ['Tiny_convmixer_test_40x_s0', 'Tiny_convmixer_test_100x_s0'];

interface Kind {
  /** a file of this kind in a project */
  readonly path: (project: string) => Promise<string> | string;
  /** whether `magnilab verify` must name it; the others can be made again, or say nothing */
  readonly named: boolean;
  /** its loss is no damage: it need not be there */
  readonly optional?: boolean;
}

const run = (name: keyof ReturnType<typeof trialFiles>) => (project: string) => trialFiles(join(project, 'runs', DAMAGED))[name];
const first = (folder: string) => async (project: string) => {
  const all = await readdir(join(project, folder), { recursive: true, withFileTypes: true });
  const file = all
    .filter((entry) => entry.isFile() && !entry.name.startsWith('CACHEDIR'))
    .sort((a, b) => a.name.localeCompare(b.name))[0];
  return join(file.parentPath, file.name);
};

/**
 * Every kind of file of a project. The keys are those by which the code names them: a kind that is new there and not here does
 * not compile.
 */
const TRIAL: Readonly<Record<keyof ReturnType<typeof trialFiles>, Kind>> = {
  config: { path: run('config'), named: true },
  state: { path: run('state'), named: true },
  history: { path: run('history'), named: true },
  last: { path: run('last'), named: true },
  best: { path: run('best'), named: true },
  predictions: { path: run('predictions'), named: true },
  validation: { path: run('validation'), named: true },
  environment: { path: run('environment'), named: true },
  engine: { path: run('engine'), named: true },
  log: { path: run('log'), named: false },
};
const PROJECT: Readonly<Record<Exclude<keyof ReturnType<typeof projectPaths>, 'runs'>, Kind>> = {
  database: { path: (p) => projectPaths(p).database, named: false },
  plans: { path: (p) => join(projectPaths(p).plans, 'Tiny.json'), named: true, optional: true },
  studies: { path: (p) => join(projectPaths(p).studies, 'Tiny.json'), named: true, optional: true },
  splits: { path: first('splits'), named: true },
  cache: { path: first('cache'), named: false },
  reports: { path: first('reports'), named: false },
  looks: { path: (p) => projectPaths(p).looks, named: true, optional: true },
  lock: { path: (p) => projectPaths(p).lock, named: false },
  owner: { path: (p) => projectPaths(p).owner, named: false },
};
const KINDS: readonly (readonly [string, Kind])[] = [
  ...Object.entries(TRIAL),
  ...Object.entries(PROJECT),
  ['lease', { path: (p) => join(p, 'runs', DAMAGED, LEASE_FILE), named: false }],
  ['data folders', { path: dataFoldersPath, named: false }],
];

type Way = (bytes: Buffer, random: Random, other: Buffer) => Buffer | null;
const WAYS: Readonly<Record<string, Way>> = {
  'one bit flipped': (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.integer(copy.length)] ^= 1 << random.integer(8);
    return copy;
  },
  'cut in half': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'cut by a byte': (bytes) => bytes.subarray(0, Math.max(0, bytes.length - 2)),
  emptied: () => Buffer.alloc(0),
  overwritten: (bytes, random) => Buffer.from(Array.from({ length: Math.max(64, bytes.length) }, () => random.integer(256))),
  doubled: (bytes) => Buffer.concat([bytes, bytes]),
  'the other trial\u2019s': (_bytes, _random, other) => other,
  removed: () => null,
};

/** Every kind of file of a project, damaged in every way: named, or made again; the rest usable; no number from it. */
export const damage: Campaign = {
  name: 'damage to every kind of file',
  unit: 'damages',
  short: KINDS.length,
  full: KINDS.length * Object.keys(WAYS).length * 2,
  run: (count) =>
    inFolder(async (folder) => {
      const plan = tinyPlan(await tissue(), {
        entries: 'validation mean', // so that there is validation.csv
        trainSets: [40, 100],
        training: { ...tinyPlan('/x').training, epochs: 2 },
      });
      const { project } = await reference(folder, plan);
      const lab = labHere(join(folder, 'lab'));
      await lab.services['projects.open']({ folder: project });
      await lab.services['reports.export']({ study: 'Tiny' });
      const expected = (await lab.services['results.study']({ study: 'Tiny' })).cells;
      await lab.close();
      const findings: string[] = [];
      const ways = Object.entries(WAYS);
      for (let i = 0; i < count; i++) {
        const [name, kind] = KINDS[i % KINDS.length];
        const [how, way] = ways[(Math.floor(i / KINDS.length) + (i % KINDS.length)) % ways.length];
        const copy = join(folder, `copy-${i}.magnilab`);
        await cp(project, copy, { recursive: true });
        const found = await damaged(copy, join(folder, 'lab'), kind, way, new Random(i, 5), expected);
        findings.push(...found.map((what) => `${name}, ${how} (${i}): ${what}`));
        await rm(copy, { recursive: true, force: true });
      }
      return { count, findings, note: `${KINDS.length} kinds, ${ways.length} ways` };
    }),
};

async function damaged(
  project: string,
  state: string,
  kind: Kind,
  way: Way,
  random: Random,
  expected: readonly { trial: string }[],
): Promise<string[]> {
  const findings: string[] = [];
  const path = await kind.path(project);
  const before = await readFile(path).catch(() => Buffer.from('{}'));
  const other = await readFile(path.replace(DAMAGED, SOUND)).catch(() => Buffer.from('{"a": 1}'));
  const bytes = way(before, random, other);
  if (bytes === null) await rm(path, { force: true });
  else {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, bytes);
  }
  const changed = bytes === null || !bytes.equals(before);
  const lab = labHere(state);
  try {
    await lab.services['projects.open']({ folder: project });
    const listed = await lab.services['studies.list']({});
    const cells = listed.length > 0 ? (await lab.services['results.study']({ study: 'Tiny' })).cells : [];
    const of = (all: readonly { trial: string }[], trial: string) => JSON.stringify(all.filter((cell) => cell.trial === trial));
    if (listed.length > 0 && of(cells, SOUND) !== of(expected, SOUND)) findings.push('the other trial lost its numbers');
    const own = of(cells, DAMAGED);
    if (own !== '[]' && own !== of(expected, DAMAGED)) findings.push('other numbers than before');
    if (listed.length > 0) await lab.services['reports.preview']({ study: 'Tiny' });
    const { faults } = await verifyProject(lab.session);
    const named = faults.some((fault) => basename(fault.path) === basename(path));
    const must = kind.named && changed && !(bytes === null && kind.optional);
    if (must && !named) findings.push(`verify does not name it, but ${JSON.stringify(faults.map((f) => basename(f.path)))}`);
    if (!changed && faults.length > 0) findings.push(`verify finds faults though nothing changed: ${faults[0].message}`);
    await stat(project);
  } catch (error) {
    findings.push(`${toEnvelope(error).code}: ${toEnvelope(error).message}`);
  } finally {
    await lab.close();
  }
  return findings;
}
