import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import type { IndexResult, KnownFile } from '../main/dataset/index-folder.ts';
import { readManifest } from '../main/dataset/manifest.ts';
import { createLab, type Lab } from '../main/lab/lab.ts';
import { createStudy } from '../main/lab/studies.ts';
import { createModel } from '../main/models/registry.ts';
import { initialWeights } from '../main/models/weights.ts';
import { hashPixels } from '../main/pictures/read-image.ts';
import { writeAtomically, writeSealed } from '../main/platform/atomic.ts';
import { saveIndex } from '../main/project/image-index.ts';
import { encodePredictions, predictionOf } from '../main/project/predictions.ts';
import { hashTrialFiles, readTrialConfig, trialFiles, writeTrialState } from '../main/project/trial-folder.ts';
import { saveWeights } from '../main/training/checkpoint.ts';
import type { IndexedImage } from '../shared/contract/dataset.ts';
import { type Plan, presetPlan } from '../shared/contract/plan.ts';
import type { Epoch, TrialEnvironment } from '../shared/contract/trial.ts';
import { parseBreakhisName } from '../shared/domain/breakhis.ts';
import { Random } from '../shared/domain/random.ts';

const WIDTH = 700;
const HEIGHT = 460;
/** So many images of the index are files, the first ones; */
export const PICTURES = 48;
/** and of the others every so many-th, so that some are in every part. */
const EVERY = 200;

/** Two networks, four magnifications, twelve seeds: 96 trials of 110 epochs. */
export function largePlan(folder: string): Plan {
  const plan = presetPlan('rigorous', 'Large', folder);
  const seeds = Array.from({ length: 12 }, (_, seed) => seed);
  return { ...plan, seeds, baselines: [], training: { ...plan.training, epochs: 100 } };
}

/**
 * A project with an index as of BreakHis and a study whose trials have all finished, with their predictions, histories and seals;
 * weights, untrained ones, has the first trial alone.
 * @param planOf of the folder of images
 * @param pictures which images are files
 * @returns its folder
 */
export async function largeProject(folder: string, planOf = largePlan, pictures: 'some' | 'all' = 'some'): Promise<string> {
  const data = join(folder, 'images');
  const lab = createLab({ door: 'browser' });
  try {
    const project = await lab.services['projects.create']({ name: 'Large', folder });
    saveIndex(lab.session.project.database, data, await largeIndex(data, pictures));
    await lab.services['projects.close']({});
    await lab.services['projects.open']({ folder: project.folder });
    const { trials } = await createStudy(lab.session, planOf(data));
    for (const [i, { id }] of trials.entries()) await finish(lab, id, i);
    return project.folder;
  } finally {
    await lab.close();
  }
}

async function largeIndex(folder: string, pictures: 'some' | 'all'): Promise<IndexResult> {
  const images: IndexedImage[] = [];
  const files: KnownFile[] = [];
  for (const { name, slide, bytes } of [...(await readManifest()).values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const id = images.length;
    const path = `${slide}/${name}`;
    const isFile = pictures === 'all' || id < PICTURES || id % EVERY === 0;
    const pixelSha256 = isFile ? await writePicture(join(folder, path), id) : sha256(name);
    const { case: caseNumber, label, subtype, magnification } = parseBreakhisName(name)!;
    const facts = { id, path, name, label, subtype, magnification, slide, case: caseNumber };
    images.push({ ...facts, width: WIDTH, height: HEIGHT, bytes, pixelSha256, fileSha256: null });
    const inspection = {
      ok: true,
      width: WIDTH,
      height: HEIGHT,
      pixelSha256,
      fileSha256: null,
      look: sha256(path),
      notes: [],
    } as const;
    files.push({ path, size: bytes, mtimeMs: 0, ctimeMs: 0, ino: id, inspection } as KnownFile);
  }
  return { images, problems: [], manifest: null, csv: null, synthetic: false, files };
}

const noise = new Random(0);
const NOISE = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, () => 160 + noise.integer(13));

/** A picture of its own: the same noise, turned round by so many bytes. @returns the hash of its pixels */
async function writePicture(path: string, id: number): Promise<string> {
  const pixels = new Uint8Array(NOISE.length);
  pixels.set(NOISE.subarray(id));
  pixels.set(NOISE.subarray(0, id), NOISE.length - id);
  mkdirSync(dirname(path), { recursive: true });
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  writeFileSync(path, await sharp(pixels, { raw }).png({ compressionLevel: 1 }).toBuffer());
  return hashPixels(WIDTH, HEIGHT, pixels);
}

/** Writes what a trial's process leaves behind. */
async function finish(lab: Lab, id: string, seed: number): Promise<void> {
  const folder = join(lab.session.project.paths.runs, id);
  const files = trialFiles(folder);
  const { config } = await readTrialConfig(folder);
  const random = new Random(seed);
  const predictions = config.test.map((image) => {
    const sure = 4 * random.next() - 1; // right in three of four
    return predictionOf(image, image.label === 'malignant' ? [-sure, sure] : [sure, -sure], config.classes);
  });
  const { epochs, cooldownEpochs } = config.training;
  const rows = Array.from({ length: epochs + cooldownEpochs }, (_, epoch): Epoch => ({
    epoch,
    epochs: epochs + cooldownEpochs,
    learningRate: 0.05 * random.next(),
    trainLoss: random.next(),
    trainAccuracy: random.next(),
    validationLoss: random.next(),
    validationAccuracy: random.next(),
    imagesPerSecond: 100 * random.next(),
    waitShare: random.next(),
    seconds: 10 * random.next(),
    best: epoch % 10 === 0,
  }));
  const environment: TrialEnvironment = {
    magnilab: config.magnilabVersion,
    node: process.versions.node,
    tfjs: '4.22.0',
    tensorflow: '2.21.0',
    device: 'cpu',
    engine: 'session + oneDNN',
    os: process.platform,
    cpu: 'a processor',
    cores: 2,
    oneDnn: true,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T01:00:00.000Z',
    trainingSeconds: 3600,
  };
  if (seed === 0) {
    const { model } = createModel(config.model, config.inputSize, config.classes.length);
    const metadata = { model: config.model, classes: JSON.stringify(config.classes), input_size: config.inputSize.join(',') };
    await saveWeights(files.best, model, initialWeights(model, seed), 0, metadata);
  }
  await writeAtomically(files.predictions, encodePredictions(predictions, config.classes));
  await writeAtomically(files.history, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeSealed(files.environment, environment);
  await writeTrialState(folder, { state: 'finished', files: await hashTrialFiles(folder) });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
