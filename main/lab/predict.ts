import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { PredictFailure, PredictRequest, PredictRow } from '../../shared/contract/predict.ts';
import type { SaliencyMethod } from '../../shared/domain/saliency.ts';
import { walk } from '../dataset/walk.ts';
import { runPrediction } from '../inference/run-prediction.ts';
import { liesInside } from '../project/project.ts';
import { isMarked } from '../pictures/picture-mark.ts';

export interface PredictOptions extends Omit<PredictRequest, 'saliency'> {
  /** writes NAME.saliency.png for every image into a folder */
  readonly saliency?: { readonly folder: string; readonly method: SaliencyMethod; readonly steps?: number };
}

interface Target {
  readonly file: string;
  /** where its picture goes, below the folder of pictures and without an extension */
  readonly name: string;
}

/**
 * Classifies images; folders stand for the images below them. One row per image, or why it has none.
 * @throws LabError "bad-input" before anything is computed when a picture could not or must not be written
 */
export async function predictImages(
  { saliency, ...request }: PredictOptions,
  signal?: AbortSignal,
): Promise<(PredictRow | PredictFailure)[]> {
  const { targets, failures } = await expandImages(request.files, signal);
  if (targets.length === 0) return failures;
  const files = targets.map(({ file }) => file);
  if (!saliency) return [...(await runPrediction({ ...request, files }, signal)), ...failures];
  const { folder, ...how } = saliency;
  const pictures = targets.map(({ name }) => join(folder, `${name}.saliency.png`));
  await checkOutside(folder, request.files);
  await checkTargets(files, pictures);
  await makeWritable(folder);
  for (const parent of new Set(pictures.map((p) => dirname(p)))) await mkdir(parent, { recursive: true });
  return [...(await runPrediction({ ...request, files, saliency: { ...how, pictures } }, signal)), ...failures];
}

/** Images as given; those below a folder sorted by path. */
export async function expandImages(
  given: readonly string[],
  signal?: AbortSignal,
): Promise<{ targets: Target[]; failures: PredictFailure[] }> {
  const targets: Target[] = [];
  const failures: PredictFailure[] = [];
  for (const path of given) {
    if (!(await isFolder(path))) {
      targets.push({ file: path, name: basename(path, extname(path)) });
      continue;
    }
    try {
      const { files, problems } = await walk(path, { signal });
      for (const { path: below } of files)
        targets.push({ file: join(path, below), name: below.slice(0, below.length - extname(below).length) });
      for (const problem of problems)
        failures.push({ path: join(path, problem.path), error: { code: 'bad-input', message: problem.message } });
      if (files.length === 0) failures.push({ path, error: { code: 'not-found', message: `There is no image below ${path}.` } });
    } catch (error) {
      signal?.throwIfAborted();
      const { code, message } = toEnvelope(error);
      failures.push({ path, error: { code, message } });
    }
  }
  return { targets, failures };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** Pictures among the images would be taken for images the next time. */
async function checkOutside(folder: string, given: readonly string[]): Promise<void> {
  for (const path of given) {
    const images = (await isFolder(path)) ? path : dirname(path);
    if (!(await liesInside(folder, images))) continue;
    if (images !== path && !(await liesInside(images, folder))) continue; // a folder below that of a single image may be for its pictures
    throw refusal(`Pictures are not written into the folder of images ${images}: name another folder than ${folder}.`);
  }
}

async function makeWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await rmdir(await mkdtemp(join(folder, '.magnilab-')));
  } catch (error) {
    throw refusal(`Pictures cannot be written into ${folder} (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Every image has a picture of its own, and no picture takes the place of a file that Magnilab has not drawn. */
async function checkTargets(files: readonly string[], pictures: readonly string[]): Promise<void> {
  const fileOf = new Map<string, string>();
  pictures.forEach((picture, i) => {
    const other = fileOf.get(picture);
    if (other !== undefined)
      throw refusal(`${other} and ${files[i]} would both get the picture ${picture}: run them one by one.`);
    fileOf.set(picture, files[i]);
  });
  const images = new Map((await Promise.all(files.map(identity))).map((id, i) => [id, files[i]]));
  for (const picture of pictures) {
    const id = await identity(picture);
    if (id === null) continue;
    if (images.has(id)) throw refusal(`${picture} would take the place of the image ${images.get(id)}.`);
    const own = await isMarked(picture).catch((error: NodeJS.ErrnoException) => {
      throw refusal(`${picture} is there and cannot be read (${error.code}), so it is not replaced: name another folder.`);
    });
    if (!own)
      throw refusal(
        `${picture} is there and was not drawn by this command, so it is not replaced: move it, or name another folder.`,
      );
  }
}

/** One file under all its names; null when there is none. */
async function identity(path: string): Promise<string | null> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw refusal(`${path} cannot be looked at (${error.code}).`);
  });
  return info && `${info.dev}:${info.ino}`;
}

function refusal(message: string): LabError {
  return new LabError('bad-input', message, { field: 'saliency' });
}
