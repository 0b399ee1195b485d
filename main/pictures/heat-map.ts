/** Arithmetic of heat maps: [height, width] values, row by row. */

/** Height, width. */
export type MapSize = readonly [height: number, width: number];

/**
 * The value between the middles of the pixels, bilinear; beyond the outermost middles the edge goes on.
 * @param down, across shares of height and width, 0 to 1
 */
export function valueAt(map: Float32Array, [height, width]: MapSize, down: number, across: number): number {
  const y = Math.min(height - 1, Math.max(0, down * height - 0.5));
  const x = Math.min(width - 1, Math.max(0, across * width - 0.5));
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const [bottom, right] = [Math.min(height - 1, top + 1), Math.min(width - 1, left + 1)];
  const row = (r: number) => map[r * width + left] * (1 - x + left) + map[r * width + right] * (x - left);
  return row(top) * (1 - y + top) + row(bottom) * (y - top);
}

/** A map of another size, bilinear. */
export function enlarged(map: Float32Array, size: MapSize, [height, width]: MapSize): Float32Array {
  return Float32Array.from({ length: height * width }, (_, i) =>
    valueAt(map, size, (Math.floor(i / width) + 0.5) / height, ((i % width) + 0.5) / width),
  );
}

/** Smoothed by a Gaussian; at the edges, what lies beyond has no weight. @param sd in pixels */
export function blurred(map: Float32Array, [height, width]: MapSize, sd: number): Float32Array {
  const reach = Math.ceil(3 * sd);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sd) ** 2));
  const smooth = (from: Float32Array, to: Float32Array, start: number, length: number, stride: number) => {
    for (let i = 0; i < length; i++) {
      let [sum, whole] = [0, 0];
      for (let k = Math.max(0, i - reach); k <= Math.min(length - 1, i + reach); k++) {
        const weight = weights[k - i + reach];
        sum += weight * from[start + k * stride];
        whole += weight;
      }
      to[start + i * stride] = sum / whole;
    }
  };
  const [rows, result] = [new Float32Array(map.length), new Float32Array(map.length)];
  for (let y = 0; y < height; y++) smooth(map, rows, y * width, width, 1);
  for (let x = 0; x < width; x++) smooth(rows, result, x, height, width);
  return result;
}

/** The value that a share of all values lies below. */
export function quantile(values: Float32Array, share: number): number {
  return values.toSorted()[Math.min(values.length - 1, Math.floor(share * values.length))];
}
