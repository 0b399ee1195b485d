import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../../main/training/safetensors.ts';

const tensors = new Map<string, StoredTensor>([
  ['conv.weight', { dtype: 'F32', shape: [2, 1, 1, 2], values: Float32Array.of(1, -2, 3.5, 0) }],
  ['bn.num_batches_tracked', { dtype: 'I64', shape: [], values: BigInt64Array.of(42n) }],
  ['empty', { dtype: 'F32', shape: [0], values: new Float32Array(0) }],
]);
const file = encodeSafetensors({ tensors, metadata: { model: 'resnet18' } });

/** The same file with another header. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is broken on purpose has no type
function withHeader(change: (header: Record<string, any>) => void): Buffer {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + length));
  change(header);
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, file.subarray(8 + length)]);
}

describe('safetensors', () => {
  it('round trips names, shapes, values and metadata', () => {
    const read = decodeSafetensors(file, 'f');
    expect(read.metadata).toEqual({ model: 'resnet18' });
    expect(Object.fromEntries(read.tensors)).toEqual(Object.fromEntries(tensors));
  });

  it('begins its data at a multiple of eight bytes', () => {
    expect(Number(file.readBigUInt64LE(0)) % 8).toBe(0);
  });

  it.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['a cut header', file.subarray(0, 20)],
    ['cut data', file.subarray(0, file.length - 4)],
    ['a huge header length', Buffer.concat([Buffer.from('ffffffffffffff7f', 'hex'), file.subarray(8)])],
    ['a header that is not JSON', Buffer.concat([file.subarray(0, 8), Buffer.from('x'), file.subarray(9)])],
    ['offsets outside the file', withHeader((h) => (h['conv.weight'].data_offsets = [0, 1e9]))],
    ['negative offsets', withHeader((h) => (h['conv.weight'].data_offsets = [-16, 0]))],
    ['a shape that does not fit', withHeader((h) => (h['conv.weight'].shape = [3]))],
    ['a negative shape', withHeader((h) => (h['conv.weight'].shape = [-1, -4]))],
    ['overlapping tensors', withHeader((h) => (h['copy'] = h['conv.weight']))],
    ['a dtype that is not read', withHeader((h) => (h['conv.weight'].dtype = 'BF16'))],
  ])('refuses %s, naming the file', (_, damaged) => {
    expect(() => decodeSafetensors(damaged, 'weights.safetensors')).toThrow(
      /weights\.safetensors is not a whole safetensors file/,
    );
  });
});
