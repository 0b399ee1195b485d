import { Random } from '../../shared/domain/random.ts';
import type { Pixels } from '../../main/pictures/resample.ts';

/** A picture of independent values. */
export function noise(width: number, height: number, seed: number): Pixels {
  const random = new Random(seed);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}
