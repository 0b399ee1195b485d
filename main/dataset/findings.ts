import { basename } from 'node:path';
import type { IndexedImage, Problem } from '../../shared/contract/dataset.ts';
import { isMalignancy, SUBTYPES } from '../../shared/domain/breakhis.ts';
import { spellingsOf } from '../../shared/domain/patient.ts';
import type { Entry } from './entries.ts';
import { findNearLooks } from './look.ts';
import { makeProblem } from './problem.ts';
import type { PixelNote } from '../pictures/read-image.ts';

/** Nominal size of BreakHis images, pixels. */
const BREAKHIS_SIZE = { width: 700, height: 460 } as const;
/** Published images that do not have it: slide PC-14-12465 at 100x, 700 x 456. */
const KNOWN_SIZE = { slide: 'SOB_M_PC-14-12465', magnification: 100, width: 700, height: 456 } as const;

/** An image as far as findings about names, folders and sizes need it. */
export type NamedImage = Pick<IndexedImage, 'path' | 'label' | 'subtype' | 'slide' | 'magnification' | 'width' | 'height'>;

/**
 * "label-against-folder" for images that lie below a folder named after the other class or another subtype.
 * @param folder the indexed folder; its own name counts too
 */
export function findFolderContradictions(images: readonly NamedImage[], folder: string): Problem[] {
  const root = basename(folder);
  return images.flatMap((image) => {
    const parents = [root, ...image.path.split('/').slice(0, -1)];
    const wrong = parents.find((parent) => contradicts(parent.toLowerCase(), image));
    if (wrong === undefined) return [];
    const what = `its name says ${image.label} (${nameOfSubtype(image.subtype)}), but it lies in the folder "${wrong}"`;
    return [makeProblem('label-against-folder', image.path, what)];
  });
}

function contradicts(folder: string, image: NamedImage): boolean {
  if (isMalignancy(folder)) return folder !== image.label;
  const subtype = SUBTYPES.find((s) => s.folder === folder);
  return subtype !== undefined && subtype.code !== image.subtype;
}

function nameOfSubtype(code: string): string {
  return SUBTYPES.find((s) => s.code === code)?.name.toLowerCase() ?? code;
}

/** "unexpected-size" for BreakHis images that are not 700 x 460. */
export function findUnexpectedSizes(images: readonly NamedImage[]): Problem[] {
  return images
    .filter(({ width, height }) => width !== BREAKHIS_SIZE.width || height !== BREAKHIS_SIZE.height)
    .map((image) => {
      const known = Object.entries(KNOWN_SIZE).every(([key, value]) => image[key as keyof typeof KNOWN_SIZE] === value);
      const expected = `${BREAKHIS_SIZE.width} x ${BREAKHIS_SIZE.height}`;
      const what = `${image.width} x ${image.height} pixels instead of ${expected}${known ? ', as published' : ''}`;
      return makeProblem('unexpected-size', image.path, what);
    });
}

/** "duplicate-name" for file names that stand in more than one folder. */
export function findDuplicateNames(images: readonly IndexedImage[]): Problem[] {
  return groups(images, (image) => image.name.toUpperCase()).map(([first, ...others]) =>
    makeProblem('duplicate-name', first.path, `the name stands in ${others.length + 1} folders${also(others)}`, pathsOf(others)),
  );
}

/**
 * "duplicate-pixels" and "duplicate-pixels-different-labels" (class or subtype differs, as in case 13412 of BreakHis): found
 * by decoded pixels, since copies may differ in a date within the file.
 */
export function findDuplicatePixels(images: readonly IndexedImage[]): Problem[] {
  return groups(images, (image) => image.pixelSha256).map(([first, ...others]) => {
    const diagnoses = [...new Set([first, ...others].map((i) => (i.subtype ? `${i.label} ${i.subtype}` : i.label)))];
    if (diagnoses.length === 1) {
      const cases = new Set([first, ...others].map((i) => i.case));
      const among = cases.size > 1 ? ` stands under ${cases.size} cases: ${[...cases].slice(0, 5).join(', ')}` : '';
      return makeProblem('duplicate-pixels', first.path, `the same picture${among}${also(others)}`, pathsOf(others));
    }
    const what = `the same picture is filed as ${diagnoses.join(' and as ')}${also(others)}`;
    return makeProblem('duplicate-pixels-different-labels', first.path, what, pathsOf(others));
  });
}

/**
 * "near-duplicate-pixels" for pictures that look the same but are not equal bit by bit, and stand under several cases or classes:
 * saved again, smaller, or as JPEG.
 * @param looks of the images, in their order
 */
export function findNearDuplicates(images: readonly IndexedImage[], looks: readonly string[]): Problem[] {
  return findNearLooks(looks).flatMap((positions) => {
    // equal pixels are told as duplicates already
    const [first, ...others] = new Map(positions.map((i) => [images[i].pixelSha256, images[i]])).values();
    const cases = new Set([first, ...others].map((i) => i.case));
    const labels = new Set([first, ...others].map((i) => i.label));
    if (others.length === 0 || (cases.size === 1 && labels.size === 1)) return [];
    const among = labels.size > 1 ? `of ${labels.size} classes` : `of ${cases.size} cases`;
    return [
      makeProblem('near-duplicate-pixels', first.path, `it looks like another picture ${among}${also(others)}`, pathsOf(others)),
    ];
  });
}

/** "patient-spelling" for patients that are written in several ways. */
export function findSpellings(entries: readonly Entry[]): Problem[] {
  const byCase = Map.groupBy(entries, (e) => e.facts!.case);
  return spellingsOf(byCase.keys()).map((spellings) => {
    const counts = spellings.map((id) => `"${id}" (${byCase.get(id)!.length} images)`);
    const paths = spellings.flatMap((id) => byCase.get(id)!.map((e) => e.file.path));
    return makeProblem('patient-spelling', paths[0], `one patient is written as ${counts.join(' and as ')}`, paths.slice(1));
  });
}

const NOTES: Readonly<Record<PixelNote, string>> = {
  'sloppy-metadata': 'have a header or texts that do not follow the format, but their pixels decode whole and are used',
  'converted-pixels': 'hold 16 bits a channel and use their whole range: the upper 8 bits are used',
};

/** One line for everything of a kind that was done to read pixels. */
export function tellNotes(entries: readonly Entry[]): Problem[] {
  return (Object.keys(NOTES) as PixelNote[]).flatMap((note) => {
    const paths = entries.filter((e) => e.inspection?.ok && e.inspection.notes.includes(note)).map((e) => e.file.path);
    if (paths.length === 0) return [];
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
    return [makeProblem(note, '.', `${paths.length} images ${NOTES[note]} (${paths.slice(0, 3).join(', ')}${more})`, paths)];
  });
}

/** Groups of two images or more, in the order of the images. */
function groups(images: readonly IndexedImage[], key: (image: IndexedImage) => string): IndexedImage[][] {
  return [...Map.groupBy(images, key).values()].filter((group) => group.length > 1);
}

function pathsOf(images: readonly IndexedImage[]): string[] {
  return images.map((image) => image.path);
}

function also(others: readonly IndexedImage[]): string {
  const more = others.length > 1 ? ` and ${others.length - 1} more` : '';
  return ` (also ${others[0].path}${more})`;
}
