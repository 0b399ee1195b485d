import * as wasm from './wasm.ts';

/*
 * The two passes of a resize, in WebAssembly SIMD: the best plain JavaScript takes four times as long. Weights are 16-bit fixed point and
 * taken two at a time, since one instruction multiplies 16-bit pairs and adds the two products.
 *
 * A table of taps has one record per output index: the first source index (i32), then `pairs` times two weights (2 x i16).
 * A negative step from record to record, from the last one on, mirrors the result at no cost.
 */

/** Fractional bits of a weight; the largest, 1, must fit 16 bits with a sign. */
export const WEIGHT_BITS = 14;
/** The kernels read and write up to so many bytes beyond the ends of their arrays. */
export const SLACK = 64;

/** Makes one i16 pair for each channel of two neighbouring pixels: r r, g g, b b; 128 stands for zero. */
const PIXEL_PAIR = wasm.vector(...[0, 128, 3, 128], ...[1, 128, 4, 128], ...[2, 128, 5, 128], ...[128, 128, 128, 128]);
const INTERLEAVE_LOW = [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23];
const INTERLEAVE_HIGH = INTERLEAVE_LOW.map((lane) => lane + 8);
const HALF = wasm.splat(1 << (WEIGHT_BITS - 1)); // what is cut below becomes rounded

/** Rows become narrower or wider: `rows` rows of RGB at `source`, `rowBytes` apart, to rows of `width` pixels at `target`. */
const across = wasm.define(
  ['source', 'rowBytes', 'rows', 'taps', 'tapStep', 'pairs', 'width', 'target'],
  { i32: ['x', 'k', 'tap', 'at', 'weight'], v128: ['sum'] },
  ({ source, rowBytes, rows, taps, tapStep, pairs, width, target, x, k, tap, at, weight, sum }) => [
    wasm.doWhile(
      [
        wasm.set(tap, taps),
        wasm.set(x, width),
        wasm.doWhile(
          [
            wasm.set(at, wasm.add(source, wasm.multiply(wasm.load(tap), 3))),
            wasm.set(weight, wasm.add(tap, 4)),
            wasm.set(sum, HALF),
            wasm.set(k, pairs),
            wasm.doWhile(
              [
                wasm.set(sum, wasm.addLanes(sum, wasm.dot(wasm.swizzle(wasm.loadHalf(at), PIXEL_PAIR), wasm.loadSplat(weight)))),
                wasm.set(at, wasm.add(at, 6)),
                wasm.set(weight, wasm.add(weight, 4)),
              ],
              wasm.countDown(k),
            ),
            wasm.set(sum, wasm.shiftRight(sum, WEIGHT_BITS)),
            wasm.set(sum, wasm.narrowTo16(sum, sum)),
            wasm.storeQuarter(target, wasm.narrowTo8(sum, sum)), // the fourth byte is the next pixel's
            wasm.set(target, wasm.add(target, 3)),
            wasm.set(tap, wasm.add(tap, tapStep)),
          ],
          wasm.countDown(x),
        ),
        wasm.set(source, wasm.add(source, rowBytes)),
      ],
      wasm.countDown(rows),
    ),
  ],
);

/** Columns become shorter or longer: rows of `rowBytes` bytes at `source` to `height` such rows at `target`. */
const down = wasm.define(
  ['source', 'rowBytes', 'taps', 'tapStep', 'pairs', 'height', 'target'],
  { i32: ['column', 'k', 'at', 'weight'], v128: ['top', 'bottom', 'low', 'high', 'pair', 'a', 'b', 'c', 'd'] },
  (l) => {
    const narrow = (one: typeof l.a, other: typeof l.a) =>
      wasm.narrowTo16(wasm.shiftRight(one, WEIGHT_BITS), wasm.shiftRight(other, WEIGHT_BITS));
    const accumulate = (sum: typeof l.a, values: wasm.Code) => wasm.set(sum, wasm.addLanes(sum, wasm.dot(values, l.pair)));
    return [
      wasm.doWhile(
        [
          wasm.set(l.column, 0),
          wasm.doWhile(
            [
              wasm.set(l.at, wasm.add(wasm.add(l.source, l.column), wasm.multiply(wasm.load(l.taps), l.rowBytes))),
              wasm.set(l.weight, wasm.add(l.taps, 4)),
              ...[l.a, l.b, l.c, l.d].map((sum) => wasm.set(sum, HALF)),
              wasm.set(l.k, l.pairs),
              wasm.doWhile(
                [
                  wasm.set(l.top, wasm.loadVector(l.at)),
                  wasm.set(l.at, wasm.add(l.at, l.rowBytes)),
                  wasm.set(l.bottom, wasm.loadVector(l.at)),
                  wasm.set(l.at, wasm.add(l.at, l.rowBytes)),
                  wasm.set(l.pair, wasm.loadSplat(l.weight)),
                  wasm.set(l.weight, wasm.add(l.weight, 4)),
                  wasm.set(l.low, wasm.shuffle(l.top, l.bottom, INTERLEAVE_LOW)),
                  wasm.set(l.high, wasm.shuffle(l.top, l.bottom, INTERLEAVE_HIGH)),
                  accumulate(l.a, wasm.extendLow(l.low)),
                  accumulate(l.b, wasm.extendHigh(l.low)),
                  accumulate(l.c, wasm.extendLow(l.high)),
                  accumulate(l.d, wasm.extendHigh(l.high)),
                ],
                wasm.countDown(l.k),
              ),
              // a row's last vector reaches into the next row, which is written later
              wasm.storeVector(wasm.add(l.target, l.column), wasm.narrowTo8(narrow(l.a, l.b), narrow(l.c, l.d))),
              wasm.set(l.column, wasm.add(l.column, 16)),
            ],
            wasm.lessThan(l.column, l.rowBytes),
          ),
          wasm.set(l.target, wasm.add(l.target, l.rowBytes)),
          wasm.set(l.taps, wasm.add(l.taps, l.tapStep)),
        ],
        wasm.countDown(l.height),
      ),
    ];
  },
);

interface Kernels {
  across(
    source: number,
    rowBytes: number,
    rows: number,
    taps: number,
    tapStep: number,
    pairs: number,
    width: number,
    target: number,
  ): void;
  down(source: number, rowBytes: number, taps: number, tapStep: number, pairs: number, height: number, target: number): void;
}

const memory = new wasm.Memory();

/** All addresses and sizes in bytes of {@link scratch}. */
export const { across: resizeRows, down: resizeColumns } = wasm.instantiate<Kernels>({ across, down }, memory);

/** The kernels' memory, at least so many bytes; what it held before is kept. */
export function scratch(bytes: number): Uint8Array {
  return memory.atLeast(bytes);
}
