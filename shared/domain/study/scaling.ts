/**
 * What training does about scale: the arms of a study that differ in nothing else. "crop" is timm's RandomResizedCrop, which zooms
 * in by chance; the others show tissue at a chosen scale, at a random place.
 */
import { type Magnification, micrometresPerPixel } from '../magnification.ts';

/**
 * - "crop": a random part of the image with a random share of its area (the plan's `augmentation.scale`), resized to the input;
 * - "none": the scale at which the network is tested, only the place is random;
 * - "zoom out": as tested, or up to four times smaller;
 * - "continuous": at a random pixel size between the finest and the coarsest of the data set's magnifications, as if the microscope
 *   had every magnification between (arXiv 2601.02198).
 */
export const SCALINGS = ['crop', 'none', 'zoom out', 'continuous'] as const;
export type Scaling = (typeof SCALINGS)[number];

/** As far as "zoom out" goes. */
const SMALLEST = 1 / 4;

/**
 * Smallest and largest zoom at which an image is shown in training; 1 is the scale of the test.
 * @param all magnifications of the data set
 */
export function zoomRange(
  scaling: Exclude<Scaling, 'crop'>,
  magnification: Magnification,
  all: readonly Magnification[],
): [number, number] {
  if (scaling === 'none') return [1, 1];
  if (scaling === 'zoom out') return [SMALLEST, 1];
  const sizes = all.map(micrometresPerPixel);
  const own = micrometresPerPixel(magnification);
  return [own / Math.max(...sizes), own / Math.min(...sizes)];
}
