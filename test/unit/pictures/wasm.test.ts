import { describe, expect, it } from 'vitest';
import * as wasm from '../../../main/pictures/wasm.ts';

/** A module of one function, run on a memory that begins with the given bytes; the memory's first bytes afterwards. */
function run(code: ReturnType<typeof wasm.define>, bytes: readonly number[], ...parameters: number[]): Uint8Array {
  const memory = new wasm.Memory();
  memory.atLeast(1).set(bytes);
  wasm.instantiate<{ f: (...parameters: number[]) => void }>({ f: code }, memory).f(...parameters);
  return memory.atLeast(1).slice(0, 64);
}

/** What an instruction gives for 16 bytes: written over the second 16. */
const apply = (instruction: (a: ReturnType<typeof wasm.loadVector>) => wasm.Code, bytes: readonly number[]) =>
  run(wasm.define([], { i32: [], v128: [] }, () => [wasm.storeVector(16, instruction(wasm.loadVector(0)))]), bytes).slice(16, 32); // prettier-ignore

const count = Array.from({ length: 16 }, (_, i) => i);
const lanes = (bytes: Uint8Array) => [...new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 16))];

describe('an assembled module', () => {
  it('computes with parameters, locals and constants of every length', () => {
    const { define, add, multiply, load, set } = wasm;
    for (const constant of [0, 1, -1, 63, 64, -64, -65, 8191, 8192, 1_000_000, -1_000_000, 2 ** 31 - 1, -(2 ** 31)]) {
      const code = define(['a', 'b'], { i32: ['sum'], v128: [] }, ({ a, b, sum }) => [
        set(sum, add(add(multiply(a, b), load(0)), constant)),
        wasm.storeVector(16, wasm.splat(sum)),
      ]);
      const [value] = lanes(run(code, [7, 1, 0, 0], 6, -5).slice(16));
      expect(value, String(constant)).toBe((6 * -5 + 263 + constant) | 0);
    }
  });

  it('runs a loop as often as its counter says', () => {
    const { add, countDown, define, doWhile, set, splat, storeVector } = wasm;
    const code = define(['n'], { i32: ['sum'], v128: [] }, ({ n, sum }) => [
      doWhile([set(sum, add(sum, 3))], countDown(n)),
      storeVector(0, splat(sum)),
    ]);
    for (const times of [1, 2, 200]) expect(lanes(run(code, [], times))).toEqual([0, 1, 2, 3].map(() => 3 * times));
  });

  it('reads its functions under their names, and shares one memory among them', () => {
    const memory = new wasm.Memory();
    const store = (value: number) => wasm.define(['at'], { i32: [], v128: [] }, ({ at }) => [wasm.storeVector(at, wasm.splat(value))]); // prettier-ignore
    const functions = wasm.instantiate<Record<'one' | 'two', (at: number) => void>>({ one: store(1), two: store(2) }, memory);
    functions.two(16);
    functions.one(0);
    const view = memory.atLeast(1);
    expect([...lanes(view.slice(0, 16)), ...lanes(view.slice(16, 32))]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  it('grows its memory by pages, and keeps what is there', () => {
    const memory = new wasm.Memory();
    memory.atLeast(1)[5] = 9;
    const larger = memory.atLeast(200_000);
    expect(larger.length % 65_536).toBe(0);
    expect(larger.length).toBeGreaterThanOrEqual(200_000);
    expect(larger[5]).toBe(9);
    expect(new Uint8Array(wasm.sharedMemory(70_000))).toHaveLength(131_072);
  });
});

describe('vector instructions', () => {
  it('move bytes', () => {
    expect([...apply((v) => wasm.shuffle(v, v, count.map((i) => 15 - i)), count)]).toEqual(count.toReversed()); // prettier-ignore
    const wanted = [3, 200, 0, 15, ...count.slice(4)];
    expect([...apply((v) => wasm.swizzle(v, wasm.vector(...wanted)), count)].slice(0, 4)).toEqual([3, 0, 0, 15]);
    expect([...apply(() => wasm.vector(...count.map((i) => 255 - i)), [])]).toEqual(count.map((i) => 255 - i));
  });

  it('load parts of a vector, and store its first quarter alone', () => {
    const bytes = Array.from({ length: 16 }, (_, i) => 16 * i + 1);
    expect([...apply(() => wasm.loadHalf(0), bytes)]).toEqual([...bytes.slice(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...apply(() => wasm.loadSplat(4), bytes)]).toEqual([0, 1, 2, 3].flatMap(() => bytes.slice(4, 8)));
    const quarter = wasm.define([], { i32: [], v128: [] }, () => [wasm.storeQuarter(16, wasm.loadVector(0))]);
    expect([...run(quarter, bytes).slice(16, 24)]).toEqual([...bytes.slice(0, 4), 0, 0, 0, 0]);
  });

  it('widen unsigned bytes and narrow with clipping', () => {
    const bytes = [0, 1, 127, 128, 200, 255, 3, 4, 250, 6, 7, 8, 9, 10, 11, 255];
    const wide = (part: 'extendLow' | 'extendHigh') => [...new Uint16Array(apply((v) => wasm[part](v), bytes).slice().buffer)];
    expect(wide('extendLow')).toEqual(bytes.slice(0, 8));
    expect(wide('extendHigh')).toEqual(bytes.slice(8));
    const words = [-300, -1, 0, 254, 255, 256, 32_767, 17];
    const packed = [...new Uint8Array(Int16Array.from(words).buffer)];
    expect([...apply((v) => wasm.narrowTo8(v, v), packed)].slice(0, 8)).toEqual(words.map((w) => Math.min(255, Math.max(0, w))));
    const longs = [-70_000, 70_000, -5, 1234];
    const narrow = apply((v) => wasm.narrowTo16(v, v), [...new Uint8Array(Int32Array.from(longs).buffer)]);
    expect([...new Int16Array(narrow.slice().buffer)].slice(0, 4)).toEqual([-32_768, 32_767, -5, 1234]);
  });

  it('multiply, add and shift', () => {
    const words = [3, -4, 100, 200, -300, 7, 32_767, 32_767];
    const packed = [...new Uint8Array(Int16Array.from(words).buffer)];
    const products = [25, 50_000, 90_049, 2 * 32_767 ** 2];
    expect(lanes(apply((v) => wasm.dot(v, v), packed))).toEqual(products);
    expect(lanes(apply((v) => wasm.addLanes(wasm.dot(v, v), wasm.splat(-26)), packed))[0]).toBe(-1);
    expect(lanes(apply((v) => wasm.shiftRight(wasm.addLanes(wasm.dot(v, v), wasm.splat(-29)), 2), packed))[0]).toBe(-1); // signed
  });
});
