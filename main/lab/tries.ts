import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { CallOutput, ParsedInput } from '../../shared/contract/api.ts';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { NetworkRequest } from '../../shared/contract/network.ts';
import { isFailure, type PredictRequest } from '../../shared/contract/predict.ts';
import type { ImageSaliency, StudySummary } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { NetworkChoice, RefusedImage, TriedImage, TriedNetwork } from '../../shared/contract/try.ts';
import { TRY_LIMITS } from '../../shared/contract/try-limits.ts';
import { parseBreakhisName } from '../../shared/domain/breakhis.ts';
import { isBaseline } from '../../shared/domain/study/baselines.ts';
import { armOf } from '../../shared/domain/study/arm.ts';
import { magnificationsOf } from '../../shared/domain/study/train-set.ts';
import { makeProblem } from '../dataset/problem.ts';
import { Predictor } from '../inference/predictor.ts';
import type { Pictures } from './pictures.ts';
import { expandImages } from './predict.ts';
import { keptSaliency } from './saliency.ts';
import type { Session } from './session.ts';
import { Uploads } from './uploads.ts';

interface Held extends TriedImage {
  readonly file: string;
  readonly pixelSha256: string;
  /** it lies in a folder of the lab's own and is removed with the image */
  readonly uploaded: boolean;
}

/**
 * Images that belong to no study, and what networks say of them. Networks are asked in one predict process: a page asks all of them in
 * turn, image after image.
 */
export class Tries {
  private readonly held = new Map<string, Held>();
  private readonly uploads = new Uploads();
  /** files that are being read */
  private opening = 0;
  private readonly session: Session;
  private readonly pictures: Pictures;
  private readonly predictor = new Predictor({ shared: true });

  constructor(session: Session, pictures: Pictures) {
    this.session = session;
    this.pictures = pictures;
  }

  images(): TriedImage[] {
    return [...this.held.values()].map(toPage);
  }

  /** Images of this machine; those below a folder sorted by path. What is no image is named, and keeps none from being tried. */
  async open(paths: readonly string[], signal?: AbortSignal): Promise<CallOutput<'try.open'>> {
    const { targets, failures } = await expandImages(
      paths.map((path) => resolve(path)),
      signal,
    );
    const refused: RefusedImage[] = failures.map(({ path, error }) => ({ name: basename(path), error }));
    const images: TriedImage[] = [];
    const room = TRY_LIMITS.images - this.taken;
    for (const { file } of targets.slice(0, Math.max(0, room))) {
      signal?.throwIfAborted();
      await this.hold(file, basename(file), false).then(
        (image) => images.push(image),
        (error: unknown) => refused.push(refusedOf(basename(file), error)),
      );
    }
    const left = targets.length - Math.max(0, room);
    if (left > 0) {
      const first = basename(targets[targets.length - left].file);
      const name = left === 1 ? first : `${first} and ${left - 1} more`;
      refused.push(refusedOf(name, tooMany(name)));
    }
    return { images, refused };
  }

  /** @throws LabError "bad-input" that names the file */
  async upload(part: ParsedInput<'try.upload'>): Promise<CallOutput<'try.upload'>> {
    const { name } = part;
    if (part.upload === undefined && this.taken >= TRY_LIMITS.images) throw tooMany(name);
    const { id, file } = await this.uploads.take(part);
    if (file === null) return { upload: id, image: null };
    try {
      return { upload: id, image: await this.hold(file, name, true) };
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const image = this.held.get(id);
      if (!image) continue;
      this.held.delete(id);
      const twin = [...this.held.values()].find(({ pixelSha256 }) => pixelSha256 === image.pixelSha256);
      if (twin) this.pictures.know(twin.pixelSha256, twin.file);
      else this.pictures.forget(image.pixelSha256);
      if (image.uploaded) await rm(image.file, { force: true });
    }
  }

  /**
   * A network of a weights file, after it was loaded.
   * @throws LabError "not-found", "damaged-file", or "bad-input" with the field "model" where the file does not name its model
   */
  async addWeights(request: NetworkRequest, signal?: AbortSignal): Promise<TriedNetwork> {
    const { weights, model } = request;
    const facts = await this.predictor.describe({ weights, model }, signal).catch((error: unknown) => {
      throw withAdvice(error, request);
    });
    const single = /^(\d+)x$/.exec(facts.metadata.train_set ?? '');
    return {
      choice: { weights, ...(model !== undefined && { model }) },
      model: facts.model,
      classes: facts.classes,
      magnifications: single ? [Number(single[1])] : null,
      arm: null,
    };
  }

  /** One answer per image, in their order. @throws LabError "not-found" where an image is not tried any more */
  async classify(
    { network, images: ids }: ParsedInput<'try.classify'>,
    signal?: AbortSignal,
  ): Promise<CallOutput<'try.classify'>> {
    const images = ids.map((id) => this.image(id));
    const files = images.map(({ file }) => file);
    const rows = await this.predictor.ask({ ...(await this.request(network, signal)), files }, signal);
    return rows.map((row, i) => {
      const image = ids[i];
      if (isFailure(row)) return { image, error: named(row.error, images[i]) };
      const { classes, probabilities, predicted } = row;
      return { image, classes, probabilities, predicted };
    });
  }

  async saliency({ network, image: id, method }: ParsedInput<'try.saliency'>, signal?: AbortSignal): Promise<ImageSaliency> {
    const image = this.image(id);
    const request = { ...(await this.request(network, signal)), files: [image.file], saliency: { method } };
    const [row] = await this.predictor.ask(request, signal);
    if (!isFailure(row)) return keptSaliency(row, this.pictures);
    const { code, message } = named(row.error, image);
    throw new LabError(code, message, { field: 'image' });
  }

  /** Ends the process and removes what pages have sent. */
  async close(): Promise<void> {
    this.held.clear();
    await Promise.all([this.predictor.close(), this.uploads.close()]);
  }

  /** Images that are tried, or will be. */
  private get taken(): number {
    return this.held.size + this.opening + this.uploads.count;
  }

  private image(id: string): Held {
    const image = this.held.get(id);
    if (image) return image;
    throw new LabError('not-found', 'This image is not tried any more: add it again.', { field: 'images' });
  }

  private async hold(file: string, name: string, uploaded: boolean): Promise<TriedImage> {
    this.opening++;
    try {
      const read = await this.session.compute.call('pictures.open', { file });
      if (!read.ok) throw new LabError('bad-input', makeProblem(read.code, name, read.what).message, { field: 'images' });
      const { width, height, pixelSha256 } = read;
      const image: Held = {
        id: randomUUID(),
        name,
        width,
        height,
        picture: this.pictures.know(pixelSha256, file),
        magnification: parseBreakhisName(name)?.magnification ?? null,
        file,
        pixelSha256,
        uploaded,
      };
      this.held.set(image.id, image);
      return toPage(image);
    } finally {
      this.opening--;
    }
  }

  /** How a network is asked: shown images exactly as its test images were. */
  private async request(choice: NetworkChoice, signal?: AbortSignal): Promise<Omit<PredictRequest, 'files'>> {
    if ('weights' in choice) return choice;
    const folder = join(this.session.project.paths.runs, choice.trial);
    const trained = await this.session.compute.call('trials.network', { folder }, { signal });
    const { weights, model, inputSize, evaluation: resize } = trained;
    return { weights, model, inputSize, resize };
  }
}

/** The networks of all finished trials, the newest study first. @param summaries of the studies, in their order */
export function trainedNetworks(studies: readonly StudyFile[], summaries: readonly StudySummary[]): TriedNetwork[] {
  const networks = studies.map((study, i) => {
    const all = magnificationsIn(study);
    return summaries[i].trials
      .filter(({ state, model }) => state === 'finished' && !isBaseline(model))
      .map((trial) => ({
        choice: { trial: trial.id },
        model: trial.model,
        classes: study.classes,
        magnifications: magnificationsOf(trial.trainSet, all),
        arm: { study: study.name, ...armOf(trial) },
      }));
  });
  const newestFirst = studies.map((_, i) => i).sort((a, b) => studies[b].createdAt.localeCompare(studies[a].createdAt));
  return newestFirst.flatMap((i) => networks[i]);
}

/** Of a study's images, ascending. Files of earlier versions do not count them: their plan names those that matter. */
function magnificationsIn({ dataset, plan }: StudyFile): number[] {
  const all = dataset ? Object.keys(dataset.byMagnification).map(Number) : [...plan.testMagnifications];
  return all.sort((a, b) => a - b);
}

function toPage({ id, name, width, height, picture, magnification }: Held): TriedImage {
  return { id, name, width, height, picture, magnification };
}

function refusedOf(name: string, error: unknown): RefusedImage {
  const { code, message } = toEnvelope(error);
  return { name, error: { code, message } };
}

function tooMany(name: string): LabError {
  const message = `${name}: at most ${TRY_LIMITS.images} images are tried at once. Remove some, then add it again.`;
  return new LabError('bad-input', message, { field: 'images' });
}

/** A file that a page has sent lies under a name of ours, which says nothing. */
function named<E extends { readonly message: string }>(error: E, { file, name }: Held): E {
  return { ...error, message: error.message.replaceAll(file, name) };
}

/** What to do about weights that do not fit. */
function withAdvice(error: unknown, { model }: NetworkRequest): unknown {
  if (!(error instanceof LabError)) return error;
  const { code, message, details } = error;
  if (code === 'bad-input' && details?.field === 'model' && model === undefined)
    return new LabError(code, `${message.slice(0, message.indexOf(':') + 1)} choose it from the list.`, details);
  if (code !== 'damaged-file' || !details?.faults) return error;
  const advice =
    'Choose the model that the file belongs to. A network that tells other classes apart than benign and malignant names them in the metadata "classes" of its file.';
  return new LabError(code, `${message} ${advice}`, details);
}
