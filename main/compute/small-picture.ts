import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { IndexedImage } from '../../shared/contract/dataset.ts';
import { decodeImage, hashPixels } from '../pictures/read-image.ts';
import { type IndexRef, indexOf } from './images.ts';
import { Known } from './known.ts';

export interface SmallPictureInput {
  readonly index: IndexRef;
  readonly pixelSha256: string;
  /** in pixels */
  readonly width: number;
}

const QUALITY = 82;
const byPixels = new Known<Map<string, IndexedImage[]>>(1);

/**
 * A small WebP of the indexed image that has these pixels.
 * @returns null where no file is that picture any more: another one must not stand for it
 */
export async function smallPicture({ index, pixelSha256, width }: SmallPictureInput): Promise<Uint8Array<ArrayBuffer> | null> {
  const all = byPixels.get(index.database, index.revision, () =>
    Map.groupBy(indexOf(index).images, (image) => image.pixelSha256),
  );
  for (const { path } of all.get(pixelSha256) ?? []) {
    const webp = await smallWebp({ file: join(index.folder, path), pixelSha256, width });
    if (webp) return webp;
  }
  return null;
}

/** A small WebP of a file. @returns null where the file is no longer the picture of these pixels */
export async function smallWebp(file: PictureFile): Promise<Uint8Array<ArrayBuffer> | null> {
  const picture = await smaller(file);
  return picture && new Uint8Array(await picture.webp({ quality: QUALITY }).toBuffer());
}

interface PictureFile extends Omit<SmallPictureInput, 'index'> {
  readonly file: string;
}

/** A file's picture, to be encoded. @returns null where the file is no longer the picture of these pixels */
export async function smaller({ file, pixelSha256, width }: PictureFile): Promise<Sharp | null> {
  const picture = await decodeImage(file).catch(() => null);
  if (!picture?.ok || hashPixels(picture.width, picture.height, picture.data) !== pixelSha256) return null;
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  return sharp(picture.data, { raw }).resize({ width, withoutEnlargement: true });
}
