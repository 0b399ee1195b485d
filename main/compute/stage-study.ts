import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageCounts, IndexedImage, Split } from '../../shared/contract/dataset.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { TrialConfig, TrialImage } from '../../shared/contract/trial.ts';
import { writeSealed } from '../platform/atomic.ts';
import { version } from '../platform/version.ts';
import { hashConfig, trialFiles } from '../project/trial-folder.ts';
import { imagesOf, type PlanInput, requireSound } from './check-plan.ts';
import { countImages } from './image-counts.ts';
import { indexOf } from './images.ts';
import { STAGED_SPLIT, trialsOf } from './staging.ts';

/** A study that stands in a folder of its own: the lab moves it to its places. */
export interface StagedStudy {
  readonly splitSha256: string;
  /** what the split deals out */
  readonly dataset: ImageCounts;
  readonly trials: StudyFile['trials'];
}

/**
 * Writes the split of a sound plan and a folder with config.json per trial into a staging folder.
 * @throws LabError "leak" or "bad-input" naming the field of the plan
 */
export async function stageStudy({ staging, ...input }: PlanInput & { staging: string }): Promise<StagedStudy> {
  const { index } = input;
  const split = await requireSound(input);
  const { images } = indexOf(index);
  await mkdir(staging, { recursive: true });
  await writeSealed(join(staging, STAGED_SPLIT), split);
  const trials: StudyFile['trials'] = [];
  for (const config of trialConfigs(input, split)) {
    await mkdir(join(staging, config.id));
    await writeSealed(trialFiles(join(staging, config.id)).config, config);
    const { id, model, trainMagnification, seed } = config;
    trials.push({ id, model, trainMagnification, seed, config: hashConfig(config) });
  }
  const dataset = countImages(images.filter(({ path }) => split.parts[path] !== undefined));
  return { splitSha256: split.sha256, dataset, trials };
}

function trialConfigs({ plan, index }: PlanInput, split: Split): TrialConfig[] {
  const { images, synthetic } = indexOf(index);
  const part = (name: 'train' | 'validation' | 'test', magnifications: readonly number[]) =>
    imagesOf(images, split, name, magnifications).map(toTrialImage);
  const test = part('test', plan.testMagnifications);
  const parts = new Map(
    plan.trainMagnifications.map((m) => [m, { train: part('train', [m]), validation: part('validation', [m]) }]),
  );
  return trialsOf(plan).map(({ id, model, trainMagnification, seed }) => ({
    format: 1 as const,
    id,
    study: plan.name,
    model,
    trainMagnification,
    testMagnifications: plan.testMagnifications,
    seed,
    protocol: plan.protocol,
    inputSize: plan.inputSize,
    evaluation: plan.evaluation,
    training: plan.training,
    augmentation: plan.augmentation,
    dataset: { folder: index.folder, synthetic },
    splitSha256: split.sha256,
    ...parts.get(trainMagnification)!,
    test,
    cacheFolder: '../../cache', // from the run folder: a project may be moved
    magnilabVersion: version,
  }));
}

function toTrialImage({ path, label, magnification, case: caseNumber, slide, pixelSha256 }: IndexedImage): TrialImage {
  return { path, label, magnification, case: caseNumber, slide, pixelSha256 };
}
