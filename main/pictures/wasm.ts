/**
 * The few WebAssembly instructions that the pixel kernels use, as functions that return their bytes, and the frame of a module
 * around them: SIMD without a compiler to install. Numbering: https://webassembly.github.io/spec/core/binary/instructions.html
 */

/** Encoded instructions. */
export type Code = readonly number[];
/** What an instruction takes: other instructions, a local's value, or an i32 constant. */
type Operand = Code | Local | number;

class Local {
  readonly index: number;
  readonly type: number;
  constructor(index: number, type: number) {
    this.index = index;
    this.type = type;
  }
}

const I32 = 0x7f;
const V128 = 0x7b;
const NO_ALIGNMENT = 0; // addresses are multiples of one byte

function encode(operand: Operand): Code {
  if (typeof operand === 'number') return [0x41, ...signed(operand)];
  return operand instanceof Local ? [0x20, operand.index] : operand;
}

type Instruction = (...operands: Operand[]) => Code;

function instruction(...bytes: number[]): Instruction {
  return (...operands) => [...operands.flatMap(encode), ...bytes];
}

function simd(opcode: number, ...immediates: number[]): Instruction {
  return instruction(0xfd, ...unsigned(opcode), ...immediates);
}

export const set = (local: Local, value: Operand): Code => [...encode(value), 0x21, local.index];
/** Runs the body, again as long as the condition is not zero. */
export const doWhile = (body: readonly Code[], condition: Operand): Code => [
  ...[0x03, 0x40],
  ...body.flat(),
  ...encode(condition),
  ...[0x0d, 0, 0x0b],
];
/** Takes one from a counter: the condition of a loop that runs so often. */
export const countDown = (counter: Local): Code => [...add(counter, -1), 0x22, counter.index];

export const add = instruction(0x6a);
export const multiply = instruction(0x6c);
export const lessThan = instruction(0x49); // unsigned
export const load = instruction(0x28, NO_ALIGNMENT, 0);

export const loadVector = simd(0, NO_ALIGNMENT, 0);
/** 8 bytes into the low half, zeros into the high */
export const loadHalf = simd(93, NO_ALIGNMENT, 0);
/** 32 bits into all four lanes */
export const loadSplat = simd(9, NO_ALIGNMENT, 0);
export const storeVector = simd(11, NO_ALIGNMENT, 0);
/** the lowest 4 bytes */
export const storeQuarter = simd(90, NO_ALIGNMENT, 0, 0);
export const vector = (...bytes: number[]): Code => simd(12, ...bytes)();
export const shuffle = (a: Operand, b: Operand, lanes: readonly number[]): Code => simd(13, ...lanes)(a, b);
/** bytes of the first by the numbers in the second; zero for numbers above 15 */
export const swizzle = simd(14);
export const splat = simd(17);
export const addLanes = simd(174);
/** products of 16-bit lanes, added by pairs to 32 bits */
export const dot = simd(186);
export const shiftRight = simd(172); // signed, 32-bit lanes
export const extendLow = simd(137); // u8 to 16 bits
export const extendHigh = simd(138);
export const narrowTo16 = simd(133); // signed
export const narrowTo8 = simd(102); // clips to 0..255

/**
 * A function of a module.
 * @param body is given the parameters, then the locals, under the names that it uses
 */
export function define<P extends string, I extends string, V extends string>(
  parameters: readonly P[],
  locals: { readonly i32: readonly I[]; readonly v128: readonly V[] },
  body: (names: Record<P | I | V, Local>) => readonly Code[],
): { readonly parameters: number; readonly code: Code } {
  const types = [...parameters, ...locals.i32].map(() => I32).concat(locals.v128.map(() => V128));
  const names = [...parameters, ...locals.i32, ...locals.v128].map((name, i) => [name, new Local(i, types[i])]);
  const own = [locals.i32.length, I32, locals.v128.length, V128];
  const code = [2, ...own, ...body(Object.fromEntries(names) as Record<P | I | V, Local>).flat(), 0x0b];
  return { parameters: parameters.length, code: sized(code) };
}

type Functions = Readonly<Record<string, ReturnType<typeof define>>>;

/** The functions under their names, working on a memory. */
export function instantiate<E>(functions: Functions, memory: Memory): E {
  const module = new WebAssembly.Module(assemble(functions));
  return new WebAssembly.Instance(module, { env: { memory: memory.memory } }).exports as E;
}

function assemble(functions: Functions): Uint8Array {
  const all = Object.values(functions);
  const section = (id: number, entries: readonly Code[]) => [id, ...sized([...unsigned(entries.length), ...entries.flat()])];
  const types = all.map(({ parameters }) => [0x60, parameters, ...Array<number>(parameters).fill(I32), 0]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...text('env'), ...text('memory'), 2, 0, 1]]),
    ...section(
      3,
      types.map((_, i) => [i]),
    ),
    ...section(
      7,
      Object.keys(functions).map((name, i) => [...text(name), 0, i]),
    ),
    ...section(
      10,
      all.map(({ code }) => code),
    ),
  ]);
}

const PAGE = 65536;

/** Memory of functions of a module; it grows and never shrinks. */
export class Memory {
  readonly memory = new WebAssembly.Memory({ initial: 1 });

  /** All of it, so many bytes or more; valid until it grows again. */
  atLeast(bytes: number): Uint8Array {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.memory.grow(missing);
    return new Uint8Array(this.memory.buffer);
  }
}

/**
 * Shared memory that begins at a page, as WebAssembly's does; other shared memory begins 16 bytes behind one.
 * @throws RangeError above 4 GiB
 */
export function sharedMemory(bytes: number): SharedArrayBuffer {
  const pages = Math.ceil(bytes / PAGE);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer as unknown as SharedArrayBuffer;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part that is used here: TypeScript knows WebAssembly only beside a browser's types. */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum?: number; shared?: boolean }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { readonly exports: unknown };
};

function sized(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes];
}

function text(name: string): Code {
  return sized([...Buffer.from(name)]);
}

/** LEB128 */
function unsigned(n: number): number[] {
  return n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...unsigned(n >>> 7)];
}

function signed(n: number): number[] {
  return n >= -0x40 && n < 0x40 ? [n & 0x7f] : [(n & 0x7f) | 0x80, ...signed(n >> 7)];
}
