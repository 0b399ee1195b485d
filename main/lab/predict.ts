import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { LabError } from '../../shared/contract/errors.ts';
import type { PredictRequest, PredictRow } from '../../shared/contract/predict.ts';
import type { SaliencyMethod } from '../../shared/domain/saliency.ts';
import { runPrediction } from '../executors/predict.ts';

export interface PredictOptions extends Omit<PredictRequest, 'saliency'> {
  /** writes NAME.saliency.png for every image into a folder */
  readonly saliency?: { readonly folder: string; readonly method: SaliencyMethod; readonly steps?: number };
}

/** Classifies images. @throws LabError "bad-input" before anything is computed when a picture could not or must not be written */
export async function predictImages({ saliency, ...request }: PredictOptions, signal?: AbortSignal): Promise<PredictRow[]> {
  if (!saliency) return runPrediction(request, signal);
  const { folder, ...how } = saliency;
  const pictures = request.files.map((file) => join(folder, `${basename(file, extname(file))}.saliency.png`));
  await checkTargets(request.files, pictures);
  await makeWritable(folder);
  return runPrediction({ ...request, saliency: { ...how, pictures } }, signal);
}

async function makeWritable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await rmdir(await mkdtemp(join(folder, '.magnilab-')));
  } catch (error) {
    throw refusal(`Pictures cannot be written into ${folder} (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Every image has a picture of its own, and no picture takes the place of an image. */
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
    if (id !== null && images.has(id)) throw refusal(`${picture} would take the place of the image ${images.get(id)}.`);
  }
}

/** One file under all its names; null when there is none. */
async function identity(path: string): Promise<string | null> {
  const info = await stat(path).catch(() => null);
  return info && `${info.dev}:${info.ino}`;
}

function refusal(message: string): LabError {
  return new LabError('bad-input', message, { field: 'saliency' });
}
