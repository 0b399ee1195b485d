import { join } from 'node:path';
import sharp from 'sharp';
import { decodeImage, hashPixels } from '../pictures/read-image.ts';
import { readDatabase } from '../project/database.ts';
import { findImages } from '../project/image-index.ts';
import type { IndexRef } from './images.ts';

export interface ThumbnailsInput {
  readonly index: IndexRef;
  /** ids */
  readonly images: readonly number[];
  /** pixels */
  readonly width: number;
}

/** @returns null where the file is no longer the picture that was indexed: another one must not stand for it */
async function smallPicture(path: string, pixelSha256: string, width: number): Promise<Buffer | null> {
  const picture = await decodeImage(path);
  if (!picture.ok || hashPixels(picture.width, picture.height, picture.data) !== pixelSha256) return null;
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  return sharp(picture.data, { raw }).resize({ width, withoutEnlargement: true }).webp({ quality: 82 }).toBuffer();
}

const thumbnails = new Map<string, string>();
const MAX_THUMBNAILS = 2000;

/** Small WebP pictures as data URLs; an empty string where the file cannot be read any more. */
export async function makeThumbnails({ index, images, width }: ThumbnailsInput): Promise<string[]> {
  const { database, folder } = index;
  return Promise.all(
    readDatabase(database, (db) => findImages(db, images)).map(async (image) => {
      if (!image) return '';
      const key = `${image.pixelSha256}:${width}`;
      const known = thumbnails.get(key);
      if (known !== undefined) return known;
      const bytes = await smallPicture(join(folder, image.path), image.pixelSha256, width).catch(() => null);
      const url = bytes ? `data:image/webp;base64,${bytes.toString('base64')}` : '';
      if (thumbnails.size >= MAX_THUMBNAILS) thumbnails.delete(thumbnails.keys().next().value!);
      if (url) thumbnails.set(key, url);
      return url;
    }),
  );
}
