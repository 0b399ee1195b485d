import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/** The sizes in which desktops look for an icon. */
export const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
/** of an inch: so many dots make the drawing as large as the icon */
const DRAWN_DPI = 72;

/** Writes an icon of every size, drawn anew from the vector image. @param svg its path @param folder to write into */
export async function drawIcons(svg: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const drawing = await readFile(svg);
  const { width } = await sharp(drawing).metadata();
  for (const size of ICON_SIZES) {
    const density = Math.min(2400, Math.max(DRAWN_DPI, (DRAWN_DPI * size * 2) / width)); // drawn at twice the size, then made smaller
    await sharp(drawing, { density })
      .resize(size, size)
      .png()
      .toFile(join(folder, `${size}x${size}.png`));
  }
}
