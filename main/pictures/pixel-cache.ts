import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LabError } from '../../shared/contract/errors.ts';
import { decodeImage, hashPixels } from './read-image.ts';
import { temporaryName } from '../platform/atomic.ts';
import type { Pixels } from './resample.ts';

/** An image by where it lies and what its pixels must be. */
export interface CachedImage {
  /** absolute path */
  readonly path: string;
  /** of its decoded pixels, from the index */
  readonly pixelSha256: string;
}

/** Images that are worth reading at once: file system and decoder share libuv's four threads; more would only hold memory. */
export const DECODERS = 4;

const HEADER_BYTES = 12; // width, height, CRC-32 of the data; little-endian

/**
 * Decoded pixels on disk, uint8, once per image and treatment: PNG decoding is paid by the first trial alone. Entries are
 * named by the hash of the decoded image, so a changed image can never be served from the cache. The folder may be deleted at
 * any time; a damaged entry is made again.
 */
export class PixelCache {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * The image after a treatment.
   * @param treatment name of the treatment, part of the entry's file name: letters, digits and "-"
   * @throws LabError "damaged-file" when the image cannot be decoded any more or is not the indexed one
   */
  async get(image: CachedImage, treatment: string, treat: (pixels: Pixels) => Pixels): Promise<Pixels> {
    const path = join(this.folder, treatment, image.pixelSha256.slice(0, 2), `${image.pixelSha256}.rgb`);
    return (await read(path)) ?? (await this.make(image, path, treat));
  }

  private async make(image: CachedImage, path: string, treat: (pixels: Pixels) => Pixels): Promise<Pixels> {
    const decoded = await decodeImage(image.path);
    if (!decoded.ok)
      throw new LabError('damaged-file', `${image.path}: ${decoded.what}. Index the data set again.`, { path: image.path });
    if (hashPixels(decoded.width, decoded.height, decoded.data) !== image.pixelSha256) {
      throw new LabError(
        'damaged-file',
        `${image.path} has changed since it was indexed. Index the data set again and plan anew.`,
        {
          path: image.path,
        },
      );
    }
    const pixels = treat(decoded);
    await write(path, pixels);
    return pixels;
  }
}

async function read(path: string): Promise<Pixels | null> {
  const file = await readFile(path).catch(() => null);
  if (!file || file.length < HEADER_BYTES) return null;
  const [width, height, checksum] = [file.readUInt32LE(0), file.readUInt32LE(4), file.readUInt32LE(8)];
  const data = file.subarray(HEADER_BYTES);
  return data.length === width * height * 3 && crc32(data) === checksum ? { width, height, data } : null;
}

/** No fsync: the checksum tells a torn entry, and it can be made again. */
async function write(path: string, { width, height, data }: Pixels): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(width, 0);
  header.writeUInt32LE(height, 4);
  header.writeUInt32LE(crc32(data), 8);
  const folder = dirname(path);
  const temporary = join(folder, '..', '..', temporaryName()); // in the cache's own folder, where leftovers are swept
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(temporary, Buffer.concat([header, data]));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
