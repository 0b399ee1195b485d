/**
 * TensorBoard's event files: TFRecord frames (TensorFlow, lib/io/record_writer.h) around protocol buffers (core/util/event.proto,
 * core/framework/summary.proto and tensor.proto), of which this writes the few fields that are needed.
 */
export type EventValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly text: string }
  | { readonly tag: string; readonly image: { readonly png: Uint8Array; readonly width: number; readonly height: number } };

export interface LogEvent {
  /** seconds since 1970 */
  readonly time: number;
  readonly step: number;
  readonly values: readonly EventValue[];
}

export function eventFile(events: readonly LogEvent[]): Uint8Array {
  const first = message([double(1, events[0]?.time ?? 0), bytes(3, utf8('brain.Event:2'))]);
  const rest = events.map(({ time, step, values }) =>
    message([double(1, time), integer(2, step), bytes(5, message(values.map((value) => bytes(1, summaryValue(value)))))]),
  );
  return message([first, ...rest].map(record));
}

function summaryValue(value: EventValue): Uint8Array {
  const tag = bytes(1, utf8(value.tag));
  if ('scalar' in value) return message([tag, float(2, value.scalar)]);
  if ('image' in value) {
    const { png, width, height } = value.image;
    return message([tag, bytes(4, message([integer(1, height), integer(2, width), integer(3, RGBA), bytes(4, png)]))]);
  }
  const shape = message([bytes(2, message([integer(1, 1)]))]); // one string
  const tensor = message([integer(1, STRING), bytes(2, shape), bytes(8, utf8(value.text))]);
  const metadata = message([bytes(1, message([bytes(1, utf8('text'))]))]); // of the plugin that shows it
  return message([tag, bytes(8, tensor), bytes(9, metadata)]);
}

/** DT_STRING of types.proto, and the colour space of summary.proto */
const [STRING, RGBA] = [7, 4];

/** Length and its checksum, content and its checksum. */
function record(content: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(content.length), true);
  return message([length, masked(length), content, masked(content)]);
}

function masked(content: Uint8Array): Uint8Array {
  const crc = crc32c(content);
  const turned = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, turned, true);
  return out;
}

/** Castagnoli's polynomial, bits reversed. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255];
  return ~crc >>> 0;
}

// fields of a protocol buffer: number and wire type, then the value
const [VARINT, FIXED_64, BYTES, FIXED_32] = [0, 1, 2, 5];

function integer(field: number, value: number): Uint8Array {
  return message([varint(field * 8 + VARINT), varint(value)]);
}

function double(field: number, value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setFloat64(0, value, true);
  return message([varint(field * 8 + FIXED_64), out]);
}

function float(field: number, value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setFloat32(0, value, true);
  return message([varint(field * 8 + FIXED_32), out]);
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return message([varint(field * 8 + BYTES), varint(content.length), content]);
}

/** @param value a whole number, not below 0 */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...out, rest]);
    out.push((rest % 128) + 128);
  }
}

function message(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
