import { BREAKHIS_MAGNIFICATIONS, magnificationName } from '../../../shared/domain/magnification.ts';
import { SUBTYPES } from '../../../shared/domain/breakhis.ts';
import type { TissueCase } from './region.ts';

// Four benign to eight malignant, near the 31 : 69 of BreakHis, so that the majority baseline means something; every twelve
// cases hold every subtype.
const ORDER = ['A', 'DC', 'MC', 'F', 'LC', 'PC', 'PT', 'DC', 'LC', 'TA', 'MC', 'PC'];

/** The cases of a set, numbered from 1001. */
export function planCases(seed: number, cases: number): TissueCase[] {
  return Array.from({ length: cases }, (_, i) => ({ seed, number: 1001 + i, subtype: ORDER[i % ORDER.length] }));
}

/** Where a picture lies in BreakHis's own layout, with year 99. Folders have `_` before the year, files `-`, as published. */
function picturePath({ number, subtype }: TissueCase, magnification: number, sequence: number): string {
  const { label, folder } = SUBTYPES.find((s) => s.code === subtype)!;
  const slide = `SOB_${label === 'benign' ? 'B' : 'M'}_${subtype}`;
  const file = `${slide}-99-${number}-${magnification}-${String(sequence).padStart(3, '0')}.png`;
  const power = magnificationName(magnification).toUpperCase();
  return `BreaKHis_v1/histology_slides/breast/${label}/SOB/${folder}/${slide}_99-${number}/${power}/${file}`;
}

export interface Picture {
  readonly path: string;
  readonly magnification: number;
  /** Index of the place of the slide that it shows; the pictures of one place are nested zooms. */
  readonly place: number;
}

/** The pictures of a case, place by place. */
export function planPictures(tissue: TissueCase, fieldsPerMagnification: number): Picture[] {
  return Array.from({ length: fieldsPerMagnification }, (_, place) =>
    BREAKHIS_MAGNIFICATIONS.map((magnification) => ({
      path: picturePath(tissue, magnification, place + 1),
      magnification,
      place,
    })),
  ).flat();
}
