import { hashCounters } from '../../../shared/domain/random.ts';

const SIDE = 256;
const LATTICE = Float32Array.from({ length: SIDE * SIDE }, (_, i) => hashCounters(0x7155e, i) / 2 ** 32);

/**
 * Value noise (Perlin, "An Image Synthesizer", 1985, on a lattice of values): smooth, in [0, 1], one feature per unit of x and
 * y. Divide um by the wanted feature size. `salt` picks an independent field. The table repeats every 256 units, far beyond
 * what one field shows, and a lookup costs a few ns where hashing every corner would cost ten times that.
 */
export function noise(x: number, y: number, salt: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const fx = x - column;
  const fy = y - row;
  const u = fx * fx * (3 - 2 * fx);
  const v = fy * fy * (3 - 2 * fy);
  const left = (column + salt * 131) & 255;
  const right = (left + 1) & 255;
  const top = ((row + salt * 57) & 255) << 8;
  const bottom = (top + SIDE) & 0xff00;
  const a = LATTICE[top | left];
  const c = LATTICE[bottom | left];
  const upper = a + (LATTICE[top | right] - a) * u;
  const lower = c + (LATTICE[bottom | right] - c) * u;
  return upper + (lower - upper) * v;
}

/** Three octaves of `noise`, in [0, 1]. */
export function fractalNoise(x: number, y: number, salt: number): number {
  return (4 * noise(x, y, salt) + 2 * noise(x * 2.03, y * 2.03, salt + 1) + noise(x * 4.11, y * 4.11, salt + 2)) / 7;
}

/** 1 where a detail of the given size (um) is seen at this pixel size (um), 0 where it is too small: the level of detail. */
export function visible(detail: number, pixel: number): number {
  return Math.min(1, Math.max(0, detail / pixel - 0.8));
}

export function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

export function mix(from: number, to: number, weight: number): number {
  return from + (to - from) * weight;
}
