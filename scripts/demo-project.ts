/**
 * `npm run demo-project`: makes the finished demo project that ships with Magnilab, `resources/demo/finished.tar.br`. It runs the
 * lab for real: draws tissue, reads it, trains, tests. What is not needed for looking at results is left out: resume points, logs,
 * decoded pixels. Takes about a quarter of an hour on two cores. Run it again whenever the format of a project's files changes.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { pack } from 'tar-stream';
import { generateDemoTissue } from '../main/dataset/demo-tissue.ts';
import { PACKED_NOTE, packPicture, unpackPicture } from '../main/dataset/tissue/packed.ts';
import { readRecord, README, writeRecord } from '../main/dataset/tissue/record.ts';
import { FINISHED_DEMO, finishedDemoPlan } from '../main/lab/finished-demo.ts';
import { createLab } from '../main/lab/lab.ts';
import { cacheFolder } from '../main/platform/paths.ts';
import { hashTrialFiles, readTrialState, trialFiles, writeTrialState } from '../main/project/trial-folder.ts';

const OUTPUT = fileURLToPath(new URL('../resources/demo/finished.tar.br', import.meta.url));
/** a window that holds all of it: configurations of the trials are nearly the same */
const BROTLI_WINDOW = 24;

const work = await mkdtemp(join(tmpdir(), 'magnilab-demo-'));
process.env.MAGNILAB_STATE = join(work, 'state');
try {
  const { project, pictures } = await makeProject();
  await leaveOut(project);
  await mkdir(dirname(OUTPUT), { recursive: true });
  await writeFile(OUTPUT, await packed(project, pictures));
  console.log(`${OUTPUT}: ${((await stat(OUTPUT)).size / 1e6).toFixed(2)} MB`);
} finally {
  await rm(work, { recursive: true, force: true });
}

/** Path below the project -> the picture as it is packed. */
type Pictures = ReadonlyMap<string, Buffer>;

async function makeProject(): Promise<{ project: string; pictures: Pictures }> {
  const lab = createLab({ door: 'browser', jobs: 2 });
  lab.on((event) => {
    if (event.type === 'trial' && ['done', 'failed'].includes(event.message.type)) console.log(event.trial, event.message.type);
  });
  try {
    const { services } = lab;
    const { folder: project } = await services['projects.create']({ name: FINISHED_DEMO.name, folder: work });
    const images = join(project, FINISHED_DEMO.images);
    const pictures = await drawInto(images);
    const { task } = await services['dataset.index']({ folder: images, verify: false });
    while ((await services['tasks.list']({})).some(({ id, state }) => id === task && state === 'running'))
      await new Promise((resolve) => setTimeout(resolve, 200));
    const plan = finishedDemoPlan(images);
    await services['studies.start']({ plan });
    await lab.queue.whenIdle();
    const [study] = await services['studies.list']({});
    if (study?.state !== 'finished') throw new Error(`The study is ${study?.state}: ${JSON.stringify(study?.trials)}`);
    await services['results.study']({ study: plan.name });
    return { project, pictures };
  } finally {
    await lab.close();
  }
}

/** Writes the pictures as they will be unpacked, so that the networks learn from just those. */
async function drawInto(images: string): Promise<Pictures> {
  const tissue = await generateDemoTissue(cacheFolder('finished-demo-tissue'), FINISHED_DEMO.tissue);
  const { settings, pictures: drawn } = (await readRecord(tissue.folder))!;
  const pictures = new Map<string, Buffer>();
  const written = [];
  for (const { path } of drawn) {
    const webp = await packPicture(join(tissue.folder, path));
    const png = await unpackPicture(webp);
    await mkdir(dirname(join(images, path)), { recursive: true });
    await writeFile(join(images, path), png);
    pictures.set(`${FINISHED_DEMO.images}/${path}`, webp);
    written.push({ path, bytes: png.length, sha256: createHash('sha256').update(png).digest('hex') });
  }
  await writeFile(join(images, 'README.txt'), README + PACKED_NOTE);
  await writeRecord(images, { settings, pictures: written });
  return pictures;
}

/** Takes away what only a resume, or nobody, needs; the records of the trials say so. */
async function leaveOut(project: string): Promise<void> {
  for (const name of ['cache', 'reports', 'lab.lock', 'lab.owner', 'plans/.draft.json'])
    await rm(join(project, name), { recursive: true, force: true });
  const runs = join(project, 'runs');
  for (const name of await readdir(runs)) {
    const folder = join(runs, name);
    const { last, log } = trialFiles(folder);
    for (const path of [last, log, join(folder, 'lease.json')]) await rm(path, { force: true });
    const { trial: _trial, ...state } = (await readTrialState(folder))!;
    await writeTrialState(folder, { ...state, files: await hashTrialFiles(folder) });
  }
}

/** The project as one file: pictures last, files of one name beside each other. */
async function packed(project: string, pictures: Pictures): Promise<Buffer> {
  const entries = await readdir(project, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(project, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => !pictures.has(path))
    .sort((a, b) => basename(a).localeCompare(basename(b), 'en') || a.localeCompare(b, 'en'));
  if (!paths.includes('lab.sqlite') || existsSync(join(project, 'lab.sqlite-wal'))) throw new Error('The index is not whole.');
  const tar = pack();
  const add = (name: string, bytes: Buffer) => tar.entry({ name, mtime: new Date(0) }, bytes);
  for (const path of paths) add(path, await readFile(join(project, path)));
  for (const [path, webp] of pictures) add(path.replace(/\.png$/, '.webp'), webp);
  tar.finalize();
  return brotliCompressSync(await buffer(tar), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: BROTLI_WINDOW },
  });
}
