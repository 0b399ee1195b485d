import { createHash } from 'node:crypto';
import { type IndexedImage, type Part, parts as PARTS, type Split, type SplitSettings } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { foldPatient } from '../../shared/domain/patient.ts';
import { Random } from '../../shared/domain/random.ts';
import { assignGroups, groupBy, TESTED } from './assign.ts';
import { compareText } from './problem.ts';

export interface SplitSources {
  /** side of a file name in the official fold; needed with by = "fold" */
  readonly foldOf?: (name: string) => 'train' | 'test' | undefined;
  /** part of an image in the user's own list; needed with by = "list" */
  readonly listOf?: (image: IndexedImage) => Part | undefined;
}

type Grouping = SplitSettings['grouping'];
type Parts = Split['parts'];
type Dropped = Split['dropped'][number];

/**
 * Deals the images of a data set out to train, validation and test. Pure: the same images, settings and sources give the same
 * split, in whatever order the images come.
 *
 * - by "case": whole cases (or slides, with grouping "published"), shared by all magnifications, balanced by class, subtype
 *   and magnification; with `caseFolds` every case is tested in one of the folds;
 * - by "image": at random within each magnification and class, as the paper did; cases end up on both sides;
 * - by "fold": the official test images of a fold; validation is carved out of its training images, by case;
 * - by "list": as the user's list says.
 *
 * What leaks is in `leaks`: the caller decides whether to go on.
 * @throws LabError "bad-input" naming the field that is missing, or when nothing is left to split
 */
export function makeSplit(images: readonly IndexedImage[], settings: SplitSettings, sources: SplitSources = {}): Split {
  if (images.length === 0) {
    const message = 'No image of the data set can be used: what is wrong with them stands in the list of its problems.';
    throw new LabError('bad-input', message, { field: 'images' });
  }
  const sorted = [...images].sort((a, b) => compareText(a.path, b.path));
  const { members, left } = memberOf(sorted, settings, sources);
  const isTested = (image: IndexedImage) => settings.by === 'fold' && sources.foldOf?.(image.name) === 'test';
  const { kept, dropped } = settings.dropDuplicates ? dropDuplicates(members, isTested) : { kept: members, dropped: [] };
  if (kept.length === 0) throw new LabError('bad-input', 'There are no images to split.', { field: fieldOfSource(settings) });
  const parts = deal(kept, settings, sources);
  return {
    format: 1,
    settings,
    parts,
    dropped: [...left, ...dropped].sort((a, b) => compareText(a.path, b.path)),
    leaks: leaksOf(sorted, parts),
    sha256: splitHash(parts),
  };
}

/**
 * Cases that stand in more than one part, in the order of their names. A case that is written in several ways, or two cases that
 * share pixels, are one, named by all its names: "p1 = P-1".
 * @param grouping "strict" (the default) looks at case numbers, whatever a split was grouped by: two slides of one case are
 * one patient's tissue. "published" looks at slides, to show what a split by slide overlooks.
 */
export function leaksOf(images: readonly IndexedImage[], parts: Parts, grouping: Grouping = 'strict'): Split['leaks'] {
  const placed = images.filter((image) => parts[image.path] !== undefined);
  const patients = groupBy(placed, patientOf(placed, grouping));
  return patients
    .map((patient) => {
      const names = new Set(patient.images.map(idOf(grouping)));
      const seen = new Set(patient.images.map((image) => parts[image.path]));
      return { case: [...names].sort(compareText).join(' = '), parts: PARTS.filter((p) => seen.has(p)) };
    })
    .filter((leak) => leak.parts.length > 1)
    .sort((a, b) => compareText(a.case, b.case));
}

/** SHA-256 of the sorted "path part" lines, hexadecimal. */
export function splitHash(parts: Parts): string {
  const lines = Object.entries(parts).map(([path, part]) => `${path} ${part}`);
  return createHash('sha256').update(lines.sort(compareText).join('\n')).digest('hex');
}

/**
 * Keeps one of several images with the same pixels: the first by path, except that of case 13412 of BreakHis, filed as ductal
 * and as lobular carcinoma, the lobular copies stay. Copies of different classes are all dropped: no one can say which is right.
 * What an official fold tests is tested: its copies among the training images go.
 * @param isTested whether the official fold tests an image; false for all in other splits
 */
function dropDuplicates(
  images: readonly IndexedImage[],
  isTested: (image: IndexedImage) => boolean,
): { kept: IndexedImage[]; dropped: Dropped[] } {
  const reasons = new Map<string, string>();
  const known = images.filter((i) => i.pixelSha256 !== '');
  for (const copies of Map.groupBy(known, (image) => image.pixelSha256).values()) {
    if (copies.length === 1) continue;
    const tested = copies.filter(isTested);
    const contradictory = copies.some((c) => c.label !== copies[0].label);
    const single = copies.find((c) => c.case === '14-13412' && c.subtype === 'LC') ?? copies[0];
    const kept = tested.length > 0 ? tested : contradictory ? [] : [single];
    for (const copy of copies) {
      if (kept.includes(copy)) continue;
      const reason = contradictory ? 'same pixels as an image of another class' : `same pixels as ${kept[0].path}`;
      reasons.set(copy.path, reason);
    }
  }
  return {
    kept: images.filter((i) => !reasons.has(i.path)),
    dropped: [...reasons].map(([path, reason]) => ({ path, reason })),
  };
}

const UNLISTED = 'not in';

/** Whether a dropped image was left out because the fold or list does not name it, not as a duplicate. */
export function isUnlisted(reason: string): boolean {
  return reason.startsWith(UNLISTED);
}

/** Leaves out what the fold or list does not name; first of all, so that of two copies the listed one survives. */
function memberOf(
  images: readonly IndexedImage[],
  settings: SplitSettings,
  { foldOf, listOf }: SplitSources,
): { members: IndexedImage[]; left: Dropped[] } {
  if (settings.by === 'case' || settings.by === 'image') return { members: [...images], left: [] };
  const isFold = settings.by === 'fold';
  if (isFold && (settings.fold === undefined || !foldOf)) {
    throw new LabError('bad-input', 'A split by fold needs the number of the fold, 1 to 5.', { field: 'fold' });
  }
  if (!isFold && !listOf) throw new LabError('bad-input', 'A split by list needs a file with the list.', { field: 'file' });
  const isMember = (image: IndexedImage) => (isFold ? foldOf!(image.name) : listOf!(image)) !== undefined;
  const reason = isFold ? `${UNLISTED} official fold ${settings.fold}` : `${UNLISTED} the list`;
  const members = images.filter(isMember);
  const left = images.filter((i) => !isMember(i)).map(({ path }) => ({ path, reason }));
  return { members, left };
}

function deal(images: readonly IndexedImage[], settings: SplitSettings, { foldOf, listOf }: SplitSources): Parts {
  switch (settings.by) {
    case 'case':
      return settings.caseFolds === undefined
        ? dealGroups(images, settings, settings.ratios)
        : dealCaseFold(images, settings, settings.caseFolds);
    case 'image':
      return dealImages(images, settings);
    case 'fold':
      return dealFold(images, settings, foldOf!);
    case 'list':
      return Object.fromEntries(images.map((i) => [i.path, listOf!(i)!]));
  }
}

function dealGroups(images: readonly IndexedImage[], settings: SplitSettings, ratios: readonly number[]): Parts {
  const groups = groupBy(images, patientOf(images, settings.grouping));
  const assigned = assignGroups(groups, ratios, new Random(settings.seed));
  return Object.fromEntries(groups.flatMap((group, g) => group.images.map((i) => [i.path, PARTS[assigned[g]]])));
}

/**
 * Cases are dealt out to folds, the same whichever of them is asked for; one of them is tested, and the rest is divided by the
 * ratios of training and validation.
 */
function dealCaseFold(images: readonly IndexedImage[], settings: SplitSettings, folds: number): Parts {
  const patient = patientOf(images, settings.grouping);
  const groups = groupBy(images, patient);
  const smallest = Math.min(...[...Map.groupBy(groups, ({ images: [{ label }] }) => label).values()].map(({ length }) => length));
  if (smallest < folds) {
    const message = `${folds} folds need ${folds} cases of every class, and of one there are ${smallest}: choose fewer folds.`;
    throw new LabError('bad-input', message, { field: 'caseFolds' });
  }
  const foldOf = assignGroups(groups, Array<number>(folds).fill(1), new Random(settings.seed), TESTED);
  const tested = new Set(groups.filter((_, g) => foldOf[g] === settings.fold! - 1).map(({ key }) => key));
  const [train, validation] = settings.ratios;
  const rest = images.filter((image) => !tested.has(patient(image)));
  const dealt = dealGroups(rest, settings, [train, validation, 0]);
  return Object.fromEntries(images.map(({ path }) => [path, dealt[path] ?? 'test']));
}

function dealImages(images: readonly IndexedImage[], settings: SplitSettings): Parts {
  const parts: Parts = {};
  for (const [s, stratum] of groupBy(images, (i) => `${i.label} ${i.magnification}`).entries()) {
    const shuffled = new Random(settings.seed, s).shuffle([...stratum.images]);
    const [validation, test] = sizesOf(shuffled.length, settings.ratios);
    shuffled.forEach((image, i) => {
      parts[image.path] = i < test ? 'test' : i < test + validation ? 'validation' : 'train';
    });
  }
  return parts;
}

/** Images for validation and test among n; with three images or more, no part stays empty. */
function sizesOf(n: number, [train, validation, test]: SplitSettings['ratios']): [number, number] {
  const share = (ratio: number) => Math.round((n * ratio) / (train + validation + test));
  if (n < 3) return [0, n - 1];
  const forTest = Math.min(Math.max(1, share(test)), n - 2);
  return [Math.min(Math.max(1, share(validation)), n - 1 - forTest), forTest];
}

function dealFold(images: readonly IndexedImage[], settings: SplitSettings, foldOf: NonNullable<SplitSources['foldOf']>): Parts {
  const sideOf = (image: IndexedImage) => foldOf(image.name)!;
  const key = patientOf(images, settings.grouping);
  const tested = new Set(images.filter((i) => sideOf(i) === 'test').map(key));
  const [train, validation] = settings.ratios;
  // cases that the fold puts on both sides stay in training: validation at least is clean
  const clean = images.filter((i) => !tested.has(key(i)));
  const carved = dealGroups(clean, settings, [train, validation, 0]);
  return Object.fromEntries(images.map((i) => [i.path, sideOf(i) === 'test' ? 'test' : (carved[i.path] ?? 'train')]));
}

/** What a case is called: by its number, or by its slide. */
function idOf(grouping: Grouping): (image: IndexedImage) => string {
  return grouping === 'strict' ? (image) => image.case : (image) => image.slide;
}

/**
 * Which images are of one patient: those of one case (or slide) in whatever spelling, and of all cases that share a picture, since
 * the same pixels are the same tissue. A patient's key is the first of its names, in whatever order the images come.
 */
function patientOf(images: readonly IndexedImage[], grouping: Grouping): (image: IndexedImage) => string {
  const nameOf = idOf(grouping);
  const leader = new Map<string, string>();
  const find = (key: string): string => {
    let at = key;
    for (let next = leader.get(at); next !== undefined; next = leader.get(at)) at = next;
    return at;
  };
  const join = (a: string, b: string) => {
    const [first, second] = [find(a), find(b)].sort(compareText);
    if (first !== second) leader.set(second, first);
  };
  const firstOfPatient = new Map<string, string>();
  const firstOfPixels = new Map<string, string>();
  for (const image of images) {
    const name = nameOf(image);
    const folded = foldPatient(name);
    join(name, remember(firstOfPatient, folded, name));
    if (image.pixelSha256 !== '') join(name, remember(firstOfPixels, image.pixelSha256, name));
  }
  return (image) => find(nameOf(image));
}

/** The value that a key got first. */
function remember(map: Map<string, string>, key: string, value: string): string {
  const known = map.get(key);
  if (known === undefined) map.set(key, value);
  return known ?? value;
}

function fieldOfSource({ by }: SplitSettings): string {
  return by === 'list' ? 'file' : by === 'fold' ? 'fold' : 'images';
}
