import type { ParsedInput } from '../../shared/contract/api.ts';
import type { SplitPreview } from '../../shared/contract/calls/plans.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { splitsOf } from '../../shared/contract/plan.ts';
import { type IndexedImage, type Part, parts, type Split, type SplitSettings } from '../../shared/contract/dataset.ts';
import { evidenceOf } from '../../shared/domain/study/evidence.ts';
import { tasksOf } from '../../shared/domain/tasks.ts';
import { readFold } from '../dataset/manifest.ts';
import { matchPartList, readPartList, requireWholeList } from '../dataset/part-list.ts';
import { isUnlisted, makeSplit } from '../dataset/splits.ts';
import { type IndexRef, indexOf } from './images.ts';
import { Known, stampOf } from './known.ts';

/** Checking a plan, showing its split and starting it ask for the same one. */
const splits = new Known<Promise<Split>>(8);

/** Splits the images of an index. @throws LabError "bad-input" naming the field of the settings */
export async function splitOf(index: IndexRef, settings: SplitSettings): Promise<Split> {
  const list = settings.by === 'list' && settings.file !== undefined ? await stampOf(settings.file) : '';
  const from = JSON.stringify([index.revision, index.folder, list]);
  const split = splits.get(JSON.stringify(settings), from, () => splitAnew(index, settings));
  split.catch(() => {}); // reported where it is awaited
  return split;
}

async function splitAnew(index: IndexRef, settings: SplitSettings): Promise<Split> {
  const { images } = indexOf(index);
  const foldOf = settings.by === 'fold' && settings.fold !== undefined ? await readFold(settings.fold) : undefined;
  if (settings.by !== 'list' || settings.file === undefined) return makeSplit(images, settings, { foldOf });
  const rows = await readPartList(settings.file);
  const list = matchPartList(rows, images, index.folder);
  if (settings.unlisted === 'refuse') requireWholeList(list, rows.length, settings.file);
  return makeSplit(images, settings, { listOf: (image) => list.partOf.get(image.path) });
}

interface PreviewInput extends ParsedInput<'plans.split'> {
  readonly index: IndexRef;
}

/** A split as the strip shows it: per case, how many images of each magnification lie in which part. */
export async function previewSplit({ index, split: planned, fold }: PreviewInput): Promise<SplitPreview> {
  const splits = splitsOf({ split: planned, imageLevelToo: false });
  const chosen = splits.find((one) => one.fold === fold) ?? splits[0];
  if (!chosen) throw new LabError('bad-input', 'Say which official folds, 1 to 5.', { field: 'folds' });
  const split = await splitOf(index, chosen.settings);
  const { images } = indexOf(index);
  const placed = images.flatMap((image) => {
    const part = split.parts[image.path];
    return part ? [{ image, part }] : [];
  });
  const cases = [...Map.groupBy(placed, ({ image }) => image.case)].map(([name, own]) => ({
    case: name,
    label: own[0].image.label,
    squares: count(own).map(({ magnification, part, images }) => ({ magnification, part, images })),
  }));
  const [{ classes }] = tasksOf(images);
  const totals = count(placed).map(({ magnification, part, own }) => {
    const { byClass } = evidenceOf(own.map(({ image }) => image), classes); // prettier-ignore
    return { magnification, part, byClass: { ...byClass } };
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
