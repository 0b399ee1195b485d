import { decodeImage, hashPixels, type ImageFault } from '../pictures/read-image.ts';

/** Which picture a file is. */
export interface TriedPicture {
  readonly ok: true;
  /** pixels */
  readonly width: number;
  readonly height: number;
  readonly pixelSha256: string;
}

/** Decodes an image that is to be tried, whole: what cannot be read is told before a network is asked. */
export async function openPicture({ file }: { file: string }): Promise<TriedPicture | ImageFault> {
  const image = await decodeImage(file);
  if (!image.ok) return image;
  const { width, height, data } = image;
  return { ok: true, width, height, pixelSha256: hashPixels(width, height, data) };
}
