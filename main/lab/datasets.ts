import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import sharp from 'sharp';
import type { CallOutput, ImageFilter, ParsedInput, SplitPreview } from '../../shared/contract/api.ts';
import {
  type IndexedImage,
  type IndexSummary,
  type Part,
  parts,
  type Split,
  type SplitSettings,
} from '../../shared/contract/dataset.ts';
import { type Plan, type Preset, presetPlan } from '../../shared/contract/plan.ts';
import { LABELS } from '../../shared/domain/label.ts';
import { BREAKHIS_MAGNIFICATIONS } from '../../shared/domain/magnification.ts';
import { indexFolder, type IndexOptions, type IndexProgress, type IndexResult, summarise } from '../dataset/index-folder.ts';
import { readFold } from '../dataset/manifest.ts';
import { matchPartList, readPartList, requireWholeList } from '../dataset/part-list.ts';
import { decodeImage, hashPixels } from '../pictures/read-image.ts';
import { isUnlisted, makeSplit } from '../dataset/splits.ts';
import { recordData } from '../project/data-folders.ts';
import { openDatabase } from '../project/database.ts';
import { loadIndex, queryImages, saveIndex } from '../project/image-index.ts';
import { cacheFolder } from '../platform/paths.ts';
import { requireOutsideData } from './outside-data.ts';
import type { Session } from './session.ts';
import type { Report } from './tasks.ts';

const PHASES: Record<IndexProgress['phase'], string> = {
  names: 'Looking for images',
  headers: 'Reading image sizes',
  pixels: 'Decoding and comparing pixels',
  verify: 'Comparing with the published manifest',
};

/** Indexes into the open project: incremental when the folder was indexed before. */
export async function indexIntoProject(
  session: Session,
  { folder, csv, verify }: ParsedInput<'dataset.index'>,
  report: Report,
  signal?: AbortSignal,
): Promise<IndexSummary> {
  const root = resolve(folder);
  const { project } = session;
  project.check();
  await requireOutsideData(project.folder, root, 'project');
  const before = session.index?.folder === root ? session.index.result : undefined;
  const table = (csv === undefined ? before?.csv : csv) || undefined;
  const options = { csv: table, verify, known: before?.files, signal };
  const result = await indexAndSave(project.database, root, options, report);
  await recordData(project.folder, root, null, project.check);
  session.setIndex({ folder: root, result });
  return summarise(result, root);
}

/** Indexes a folder without a project; a database in the cache makes the next time incremental. Nothing is written into the folder. */
export async function indexStandalone(
  { folder, csv, verify }: ParsedInput<'dataset.index'>,
  report: Report,
  signal?: AbortSignal,
): Promise<IndexSummary> {
  const root = resolve(folder);
  const indexes = cacheFolder('indexes');
  await mkdir(indexes, { recursive: true });
  const name = createHash('sha256')
    .update(`${root}\n${csv ? resolve(csv) : ''}`)
    .digest('hex')
    .slice(0, 32);
  const database = openDatabase(join(indexes, `${name}.sqlite`));
  try {
    const known = loadIndex(database)?.result.files;
    return summarise(await indexAndSave(database, root, { csv: csv || undefined, verify, known, signal }, report), root);
  } finally {
    database.close();
  }
}

async function indexAndSave(database: DatabaseSync, root: string, options: IndexOptions, report: Report): Promise<IndexResult> {
  const result = await indexFolder(root, { ...options, onProgress: (p) => report(PHASES[p.phase], p.done, p.total) });
  saveIndex(database, root, result);
  return result;
}

export function datasetSummary(session: Session): IndexSummary | null {
  return session.index && summarise(session.index.result, session.index.folder);
}

/** A preset's plan for the indexed data set: its table, and its own magnifications where they are not the four of BreakHis. */
export function presetFor(session: Session, preset: Preset, name: string): Plan {
  const { folder, result } = session.indexed;
  const magnifications = [...new Set(result.images.map((i) => i.magnification))].sort((a, b) => a - b);
  const isUsual = BREAKHIS_MAGNIFICATIONS.every((m) => magnifications.includes(m)) || magnifications.length === 0;
  return presetPlan(preset, name, folder, { csv: result.csv, magnifications: isUsual ? undefined : magnifications });
}

export function listImages(session: Session, filter: ImageFilter, offset: number, limit: number): CallOutput<'dataset.images'> {
  return queryImages(session.project.database, filter, offset, limit);
}

/** Splits the indexed data set. @throws LabError "bad-input" naming the field of the settings */
export async function splitDataset(session: Session, settings: SplitSettings): Promise<Split> {
  const { folder, result } = session.indexed;
  const { images } = result;
  const foldOf = settings.by === 'fold' && settings.fold !== undefined ? await readFold(settings.fold) : undefined;
  if (settings.by !== 'list' || settings.file === undefined) return makeSplit(images, settings, { foldOf });
  const rows = await readPartList(settings.file);
  const list = matchPartList(rows, images, folder);
  if (settings.unlisted === 'refuse') requireWholeList(list, rows.length, settings.file);
  return makeSplit(images, settings, { listOf: (image) => list.partOf.get(image.path) });
}

/** A split as the strip shows it: per case, how many images of each magnification lie in which part. */
export async function previewSplit(session: Session, settings: SplitSettings): Promise<SplitPreview> {
  const split = await splitDataset(session, settings);
  const placed = session.indexed.result.images.flatMap((image) => {
    const part = split.parts[image.path];
    return part ? [{ image, part }] : [];
  });
  const cases = [...Map.groupBy(placed, ({ image }) => image.case)].map(([name, own]) => ({
    case: name,
    label: own[0].image.label,
    squares: count(own).map(({ magnification, part, images }) => ({ magnification, part, images })),
  }));
  const totals = count(placed).map(({ magnification, part, own }) => {
    const [benign, malignant] = LABELS.map((label) => own.filter(({ image }) => image.label === label).length);
    return { magnification, part, benign, malignant };
  });
  const unlisted = split.dropped.filter(({ reason }) => isUnlisted(reason)).length;
  return { sha256: split.sha256, cases, totals, leaks: split.leaks, dropped: split.dropped.length - unlisted, unlisted };
}

type Placed = { image: IndexedImage; part: Part };

function count(placed: Placed[]) {
  const groups = Map.groupBy(placed, ({ image, part }) => `${image.magnification} ${part}`);
  return [...groups.values()]
    .map((own) => ({ magnification: own[0].image.magnification, part: own[0].part, images: own.length, own }))
    .sort((a, b) => a.magnification - b.magnification || parts.indexOf(a.part) - parts.indexOf(b.part));
}

/** @returns null where the file is no longer the picture that was indexed: another one must not stand for it */
async function smallPicture(path: string, pixelSha256: string, width: number): Promise<Buffer | null> {
  const picture = await decodeImage(path);
  if (!picture.ok || hashPixels(picture.width, picture.height, picture.data) !== pixelSha256) return null;
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  return sharp(picture.data, { raw }).resize({ width, withoutEnlargement: true }).webp({ quality: 82 }).toBuffer();
}

const thumbnails = new Map<string, string>();
const MAX_THUMBNAILS = 2000;

/** Small WebP pictures as data URLs; an empty string where the file cannot be read any more. */
export async function makeThumbnails(session: Session, ids: readonly number[], width: number): Promise<string[]> {
  const { folder, result } = session.indexed;
  return Promise.all(
    ids.map(async (id) => {
      const image = result.images[id];
      if (!image) return '';
      const key = `${image.pixelSha256}:${width}`;
      const known = thumbnails.get(key);
      if (known !== undefined) return known;
      const bytes = await smallPicture(join(folder, image.path), image.pixelSha256, width).catch(() => null);
      const url = bytes ? `data:image/webp;base64,${bytes.toString('base64')}` : '';
      if (thumbnails.size >= MAX_THUMBNAILS) thumbnails.delete(thumbnails.keys().next().value!);
      if (url) thumbnails.set(key, url);
      return url;
    }),
  );
}
