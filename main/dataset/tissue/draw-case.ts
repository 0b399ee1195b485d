import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { BREAKHIS_MAGNIFICATIONS } from '../../../shared/domain/magnification.ts';
import { Random } from '../../../shared/domain/random.ts';
import { renderField } from './picture.ts';
import { planPictures } from './plan.ts';
import { FIELD_HEIGHT, FIELD_WIDTH, chooseFields, growRegion, type TissueCase } from './region.ts';
import { drawStain } from './stain.ts';

/** A picture as written: path relative to the set's folder, size in bytes, SHA-256 of the file. */
export interface WrittenPicture {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Draws and writes every picture of a case; `onPicture` is called after each. */
export async function drawCase(
  folder: string,
  tissue: TissueCase,
  fieldsPerMagnification: number,
  onPicture: () => void,
): Promise<WrittenPicture[]> {
  const stain = drawStain(tissue.seed, tissue.number);
  const pictures = planPictures(tissue, fieldsPerMagnification);
  const written: WrittenPicture[] = [];
  const done = (picture: WrittenPicture) => {
    onPicture();
    return picture;
  };
  for (let place = 0; place < fieldsPerMagnification; place++) {
    const region = growRegion(tissue, place);
    const fields = chooseFields(region, BREAKHIS_MAGNIFICATIONS, new Random(tissue.seed, tissue.number, 4, place));
    const writing: Promise<WrittenPicture>[] = []; // libvips compresses one picture while the next is drawn
    for (const picture of pictures.filter((p) => p.place === place)) {
      const field = fields[BREAKHIS_MAGNIFICATIONS.indexOf(picture.magnification as 40)];
      const rgb = renderField(region, field, stain);
      writing.push(write(folder, picture.path, rgb).then(done));
      await new Promise(setImmediate); // lets finished pictures be reported
    }
    written.push(...(await Promise.all(writing)));
  }
  return written;
}

async function write(folder: string, path: string, rgb: Uint8Array): Promise<WrittenPicture> {
  const png = await encode(rgb);
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, png);
  return { path, bytes: png.length, sha256: createHash('sha256').update(png).digest('hex') };
}

function encode(rgb: Uint8Array): Promise<Buffer> {
  return sharp(rgb, { raw: { width: FIELD_WIDTH, height: FIELD_HEIGHT, channels: 3 } })
    .withExif({ IFD0: { ImageDescription: 'Magnilab synthetic tissue' } })
    .png({ compressionLevel: 3, adaptiveFiltering: true }) // a third smaller than without filters, and no slower
    .toBuffer();
}
