import { LabError } from '../../shared/contract/errors.ts';

/**
 * The safetensors format (Hugging Face, github.com/huggingface/safetensors): eight bytes of header length, a JSON header of
 * name -> {dtype, shape, data_offsets}, then the data, little-endian and without gaps.
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

export function encodeSafetensors({ tensors, metadata }: SafetensorsFile): Buffer {
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
  return Buffer.concat([length, padded, ...data]);
}

/**
 * @param name of the file, for errors
 * @throws LabError "damaged-file" that says what is wrong: nothing of a damaged file is used
 */
export function decodeSafetensors(file: Buffer, name: string): SafetensorsFile {
  const fail = (what: string): never => {
    throw new LabError('damaged-file', `${name} is not a whole safetensors file: ${what}.`, { path: name });
  };
  if (file.length < 8) fail('it is shorter than its header');
  const headerLength = Number(file.readBigUInt64LE(0));
  if (headerLength > MAX_HEADER_BYTES || 8 + headerLength > file.length) fail('its header does not fit into the file');
  let header: Record<string, unknown> = {};
  try {
    header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<string, unknown>;
  } catch {
    fail('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) fail('its header is not an object');
  const data = file.subarray(8 + headerLength);
  const tensors = new Map<string, StoredTensor>();
  const ranges: [number, number][] = [];
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      for (const [k, v] of Object.entries((value ?? {}) as object)) if (typeof v === 'string') metadata[k] = v;
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    if (!isNaturals(shape)) return fail(`"${key}" has no valid shape`);
    if (!isNaturals(offsets) || offsets.length !== 2) return fail(`"${key}" has no valid data_offsets`);
    if (dtype !== 'F32' && dtype !== 'I64')
      return fail(`"${key}" has dtype ${String(dtype)}; float32 (F32) is needed, and I64 for counters`);
    const [start, end] = offsets;
    const bytes = shape.reduce((a, b) => a * b, 1) * (dtype === 'F32' ? 4 : 8);
    if (end > data.length || end - start !== bytes)
      fail(`"${key}" of shape [${shape.join(', ')}] does not fit its ${end - start} bytes`);
    const copy = data.buffer.slice(data.byteOffset + start, data.byteOffset + end) as ArrayBuffer; // aligned
    tensors.set(key, { dtype, shape, values: dtype === 'F32' ? new Float32Array(copy) : new BigInt64Array(copy) });
    ranges.push([start, end]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  if (ranges.some(([start], i) => i > 0 && start < ranges[i - 1][1])) fail('its tensors overlap');
  return { tensors, metadata };
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
