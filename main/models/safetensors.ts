import { LabError } from '../../shared/contract/errors.ts';

/**
 * The safetensors format (Hugging Face, github.com/huggingface/safetensors): eight bytes of header length, a JSON header of
 * name -> {dtype, shape, data_offsets}, then the data, little-endian and without gaps. In memory numbers are 32-bit floats.
 */
export interface StoredTensor {
  readonly dtype: 'F32' | 'I64';
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const MAX_HEADER_BYTES = 100_000_000; // the format's own limit

export function encodeSafetensors(file: SafetensorsFile): Buffer {
  return Buffer.concat(safetensorsParts(file));
}

/** A file in parts that follow each other: the header, and the values as they lie in memory, which are not copied. */
export function safetensorsParts({ tensors, metadata }: SafetensorsFile): Buffer[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, shape, values }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]); // data starts aligned
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const data = [...tensors.values()].map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return [length, padded, ...data];
}

/** Types of numbers that are read, all but the counters' as 32-bit floats. @param data aligned */
const READERS: Readonly<Record<string, { readonly bytes: number; read(data: ArrayBuffer): StoredTensor['values'] }>> = {
  F32: { bytes: 4, read: (data) => new Float32Array(data) },
  F16: { bytes: 2, read: (data) => new Float32Array(new Float16Array(data)) },
  // the upper half of a 32-bit float
  BF16: { bytes: 2, read: (data) => new Float32Array(Uint32Array.from(new Uint16Array(data), (bits) => bits << 16).buffer) },
  F64: { bytes: 8, read: (data) => new Float32Array(new Float64Array(data)) },
  I64: { bytes: 8, read: (data) => new BigInt64Array(data) },
};

/**
 * Reads a file whole. Numbers of other precision become 32-bit floats.
 * @param name of the file, for errors
 * @throws LabError "damaged-file" that says what is wrong: nothing of a damaged file is used
 */
export function decodeSafetensors(file: Buffer, name: string): SafetensorsFile {
  const fail = (what: string): never => {
    throw new LabError('damaged-file', `${name} is not a whole safetensors file: ${what}.`, { path: name });
  };
  const other = otherFormat(file);
  if (other) throw new LabError('damaged-file', `${name} is ${other}.`, { path: name });
  if (file.length < 8) fail('it is shorter than its header');
  const headerLength = file.readBigUInt64LE(0);
  if (headerLength > MAX_HEADER_BYTES || headerLength > file.length - 8)
    fail(`its header of ${headerLength} bytes does not fit into the file of ${file.length}`);
  const header = parseHeader(file.toString('utf8', 8, 8 + Number(headerLength)), fail);
  const data = file.subarray(8 + Number(headerLength));
  const tensors = new Map<string, StoredTensor>();
  const ranges: { key: string; start: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      metadata = Object.fromEntries(Object.entries((value ?? {}) as object).filter(([, v]) => typeof v === 'string'));
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    if (!isNaturals(shape)) return fail(`"${key}" has no valid shape`);
    if (!isNaturals(offsets) || offsets.length !== 2) return fail(`"${key}" has no valid data_offsets`);
    const reader = typeof dtype === 'string' && Object.hasOwn(READERS, dtype) ? READERS[dtype] : undefined;
    if (!reader) return fail(`"${key}" has dtype ${String(dtype)}; F32, F16, BF16 or F64 is needed, and I64 for counters`);
    const [start, end] = offsets;
    const count = shape.reduce((a, b) => a * b, 1);
    if (end > data.length || end - start !== count * reader.bytes)
      fail(`"${key}" of shape [${shape.join(', ')}] does not fit its ${end - start} bytes of ${data.length}`);
    const copy = data.buffer.slice(data.byteOffset + start, data.byteOffset + end) as ArrayBuffer; // aligned
    tensors.set(key, { dtype: dtype === 'I64' ? 'I64' : 'F32', shape, values: reader.read(copy) });
    if (end > start) ranges.push({ key, start, end });
  }
  ranges.sort((a, b) => a.start - b.start);
  ranges.forEach(({ key, start }, i) => {
    const before = ranges[i - 1];
    if (before && start < before.end) fail(`"${before.key}" and "${key}" overlap`);
  });
  return { tensors, metadata };
}

/** What a file is that people take for safetensors, and what to do; null when it may be one. */
function otherFormat(file: Buffer): string | null {
  const isZip = file.length > 3 && file.readUInt32BE(0) === 0x504b0304;
  const isPickle = file.length > 1 && file[0] === 0x80 && file[1] >= 2 && file[1] <= 5;
  if (isZip || isPickle)
    return 'no safetensors file but looks like a checkpoint of PyTorch (.pt, .pth, .bin), which may run programs when it is opened; save it as safetensors in Python: safetensors.torch.save_file(model.state_dict(), "weights.safetensors")';
  if (file.toString('latin1', 0, 8) === '\x89HDF\r\n\x1a\n')
    return 'an HDF5 file (Keras): weights under the names of timm are needed, saved as safetensors';
  if (file.toString('latin1', 0, 24) === 'version https://git-lfs.')
    return 'a pointer of Git LFS, not the weights themselves: fetch them with "git lfs pull"';
  const start = file.toString('latin1', 0, 64).trimStart();
  if (/^<(!doctype|html|\?xml|head|body)/i.test(start))
    return 'a web page, probably an error message of the download: download it again';
  if (start.startsWith('{'))
    return 'a text in JSON, probably an error message of the download or an index of several files, not the weights';
  if (start.startsWith('\x1f\x8b')) return 'packed with gzip: unpack it first';
  return null;
}

function parseHeader(text: string, fail: (what: string) => never): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    fail('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) fail('its header is not an object');
  const twice = firstTwice(topLevelKeys(text));
  if (twice !== null) fail(`"${twice}" is in it twice`);
  return header as Record<string, unknown>;
}

/** The names of an object in valid JSON, repetitions included: JSON.parse keeps the last of equal ones without a word. */
function topLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) keys.push(JSON.parse(token.slice(0, -1).trimEnd()) as string);
  }
  return keys;
}

function firstTwice(names: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return null;
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
