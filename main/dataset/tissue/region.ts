import { MICROMETRES_PER_PIXEL } from '../../../shared/domain/magnification.ts';
import { Random, hashCounters } from '../../../shared/domain/random.ts';
import { ARCHITECTURES } from './architecture.ts';
import { populate, type Cell } from './cells.ts';
import { Flow } from './flow.ts';
import { Layers } from './layers.ts';
import { fractalNoise } from './noise.ts';
import { drawTraits, type Traits } from './traits.ts';

/** Pixels of every picture, as in BreakHis. */
export const FIELD_WIDTH = 700;
export const FIELD_HEIGHT = 460;

/** One case: who it is and what all its pictures share. */
export interface TissueCase {
  readonly seed: number;
  readonly number: number;
  readonly subtype: string;
}

/** One place of a slide, as large as a 40x field: 343 x 225 um. Every other field lies inside it. */
export interface Region {
  readonly width: number;
  readonly height: number;
  readonly traits: Traits;
  readonly layers: Layers;
  readonly flow: Flow;
  readonly cells: readonly Cell[];
  readonly salt: number;
  /** Share of slits between collagen bundles. */
  readonly clefts: number;
  /** Shrinkage of stroma away from nests, um. */
  readonly retraction: number;
}

/** What one picture shows: its top left corner (um, in its region) and its pixel size (um). */
export interface Field {
  readonly x: number;
  readonly y: number;
  readonly pixel: number;
}

/** Grows the tissue of one place of a case; the same numbers give the same tissue. */
export function growRegion({ seed, number, subtype }: TissueCase, place: number): Region {
  const width = FIELD_WIDTH * MICROMETRES_PER_PIXEL[40];
  const height = FIELD_HEIGHT * MICROMETRES_PER_PIXEL[40];
  const patient = new Random(seed, number, 1);
  const traits = drawTraits(subtype, patient);
  const inflammation = patient.next() ** 2;
  const fatness = patient.uniform(0.12, 0.42);
  const clefts = patient.uniform(0, 0.5);
  const retraction = patient.uniform(0, traits.shrinks);

  const random = new Random(seed, number, 2, place);
  const salt = hashCounters(seed, number, place) % 50_000;
  const flow = new Flow(random.uniform(0, Math.PI), random.uniform(0.6, 1.3), salt + 40);
  const architecture = ARCHITECTURES[subtype]({ width, height, random, salt, flow, nucleus: traits.radius });
  const fat = (x: number, y: number) => (fractalNoise(x / 110, y / 110, salt + 60) - fatness) * 150;
  const layers = new Layers(width, height, architecture, fat);
  const cells = populate(width, height, layers, flow, traits, inflammation, random);
  return { width, height, traits, layers, flow, cells, salt, clefts, retraction };
}

/**
 * Chooses nested fields, one per magnification in ascending order: each lies inside the one before, where a pathologist
 * would zoom in: on epithelium, away from empty space.
 */
export function chooseFields(region: Region, magnifications: readonly number[], random: Random): Field[] {
  const fields: Field[] = [];
  let outer = { x: 0, y: 0, width: region.width, height: region.height };
  for (const magnification of magnifications) {
    const pixel = MICROMETRES_PER_PIXEL[magnification];
    const size = { width: FIELD_WIDTH * pixel, height: FIELD_HEIGHT * pixel };
    let best = { x: outer.x, y: outer.y, score: -1 };
    for (let attempt = 0; attempt < (magnification === 40 ? 1 : 14); attempt++) {
      const x = outer.x + random.next() * Math.max(0, outer.width - size.width);
      const y = outer.y + random.next() * Math.max(0, outer.height - size.height);
      // Luck weighs too, else every field would show the most crowded spot.
      const score = epitheliumShare(region, { x, y, ...size }) * random.uniform(0.6, 1);
      if (score > best.score) best = { x, y, score };
    }
    fields.push({ x: best.x, y: best.y, pixel });
    outer = { x: best.x, y: best.y, ...size };
  }
  return fields;
}

function epitheliumShare({ layers }: Region, box: { x: number; y: number; width: number; height: number }): number {
  let inside = 0;
  for (let i = 0; i < 60; i++) {
    const { epithelium, lumen } = layers.at(
      box.x + ((i % 10) + 0.5) * 0.1 * box.width,
      box.y + (Math.floor(i / 10) + 0.5) * (box.height / 6),
    );
    if (epithelium < 0 && lumen > 0) inside++;
  }
  return inside / 60;
}
