import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../../main/models/safetensors.ts';

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

function lengthOf(n: number): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(n));
  return length;
}

/** The same file where one tensor has another's name. */
function renamed(from: string, to: string): Buffer {
  const length = Number(file.readBigUInt64LE(0));
  const json = Buffer.from(file.toString('utf8', 8, 8 + length).replace(`"${from}"`, `"${to}"`));
  return Buffer.concat([lengthOf(json.length), json, file.subarray(8 + length)]);
}

/** A file of one tensor of three numbers. */
function fileOf(dtype: string, data: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify({ w: { dtype, shape: [3], data_offsets: [0, data.length] } }));
  return Buffer.concat([lengthOf(json.length), json, data]);
}

const bytesOf = (array: Uint16Array | Float64Array) => new Uint8Array(array.buffer);

describe('safetensors', () => {
  it.each<[string, Uint8Array, number[]]>([
    ['F16', bytesOf(Uint16Array.of(0x3c00, 0xc100, 0x0001)), [1, -2.5, 2 ** -24]],
    ['BF16', bytesOf(Uint16Array.of(0x3f80, 0xc020, 0x7f80)), [1, -2.5, Infinity]],
    ['F64', bytesOf(Float64Array.of(1, -2.5, 0.1)), [1, -2.5, Math.fround(0.1)]],
  ])('reads %s as 32-bit floats', (dtype, data, expected) => {
    expect(decodeSafetensors(fileOf(dtype, data), 'f').tensors.get('w')).toEqual({
      dtype: 'F32',
      shape: [3],
      values: Float32Array.from(expected),
    });
  });

  it.each<[string, Buffer, RegExp]>([
    ['a zipped checkpoint of PyTorch', Buffer.from('PK\x03\x04 archive/data.pkl'), /save it as safetensors/],
    ['an old one', Buffer.from([0x80, 2, 0x8a, 10, 0x6c, 0xfc]), /save it as safetensors/],
    ['a file of Keras', Buffer.from('\x89HDF\r\n\x1a\n....', 'latin1'), /Keras/],
    ['a web page', Buffer.from('\n<!DOCTYPE html><html><body>404'), /web page, probably an error message of the download/],
    ['an answer of a server', Buffer.from('{"error":"Invalid username or password."}'), /an error message of the download/],
    ['a packed file', Buffer.from('\x1f\x8b\x08 and more', 'latin1'), /unpack it first/],
    ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /git lfs pull/],
  ])('says what to do with %s', (_, other, advice) => {
    expect(() => decodeSafetensors(other, 'weights.pt')).toThrow(advice);
  });

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
    ['a length of header just beyond the file', Buffer.concat([lengthOf(file.length - 7), file.subarray(8)])],
    ['a name that is twice in it', renamed('empty', 'conv.weight')],
    ['overlapping tensors', withHeader((h) => (h['copy'] = h['conv.weight']))],
    ['a dtype that is not read', withHeader((h) => (h['conv.weight'].dtype = 'U8'))],
  ])('refuses %s, naming the file', (_, damaged) => {
    expect(() => decodeSafetensors(damaged, 'weights.safetensors')).toThrow(
      /weights\.safetensors is not a whole safetensors file/,
    );
  });
});
