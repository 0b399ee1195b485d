/**
 * Shifted copies of an image. A network that halves its map several times looks at some pixels more often than at others, on a lattice
 * as wide as its stride, and so do the gradients: a map of one image shows the lattice as much as the tissue. Copies that are
 * shifted by parts of the stride move the lattice; the mean of their maps, shifted back, shows what they agree on.
 */

/** How far a copy is moved: down, to the right. */
export type Shift = readonly [down: number, right: number];

/** Steps to the right for each step down, by the number of copies: all places of a period are far from each other. */
const SLOPES: Readonly<Record<number, number>> = { 1: 0, 2: 1, 3: 1, 4: 1, 5: 2, 6: 1, 7: 2, 8: 3 };

/** Shifts spread evenly over one period of the lattice, the first of them none. @param stride in pixels @param copies 1 to 8, at most `stride` */
export function shiftsOf(stride: number, copies: number): Shift[] {
  const part = stride / copies;
  return Array.from({ length: copies }, (_, i): Shift => [
    Math.floor(i * part),
    Math.floor(((i * SLOPES[copies]) % copies) * part),
  ]);
}

/**
 * Where each pixel of a shifted copy comes from, row by row. At the edges the image is mirrored, so every pixel comes from one of
 * the image: what a map credits can be given back without loss.
 */
export function sourcesOf([down, right]: Shift, [height, width]: readonly [number, number]): Int32Array {
  return Int32Array.from(
    { length: height * width },
    (_, i) => mirrored(Math.floor(i / width) - down, height) * width + mirrored((i % width) - right, width),
  );
}

function mirrored(place: number, size: number): number {
  const within = ((place % (2 * size)) + 2 * size) % (2 * size);
  return within < size ? within : 2 * size - 1 - within;
}
