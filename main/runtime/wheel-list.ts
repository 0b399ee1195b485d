import wheels from '../../resources/runtime/wheels.json' with { type: 'json' };
import type { Device } from './find.ts';

/** A published file that a runtime is unpacked from. */
export interface WheelFile {
  /** the package's name, as an index lists it */
  readonly package: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** All wheels of a runtime: TensorFlow's, and for a GPU NVIDIA's libraries. */
export function wheelsOf(device: Device): readonly WheelFile[] {
  return [wheels.wheels[device], ...(device === 'gpu' ? wheels.nvidia : [])];
}

export function bytesOf(list: readonly WheelFile[]): number {
  return list.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What libraries take unpacked, in sizes of their wheel: 3.1 measured for TensorFlow's; a guess for NVIDIA's, whose large ones shrink less. */
const UNPACKED = 3.2;
const UNPACKED_NVIDIA = 1.8;
/** room that is left to others, bytes */
const SPARE = 500e6;

/** Bytes that must be free to unpack the wheels, an upper estimate, when they are there already. */
export function unpackedRoom(list: readonly WheelFile[]): number {
  const factor = (wheel: WheelFile) => (wheel.package.startsWith('nvidia-') ? UNPACKED_NVIDIA : UNPACKED);
  return Math.round(list.reduce((sum, wheel) => sum + wheel.bytes * factor(wheel), SPARE));
}
