import sharp from 'sharp';
import { heatColour } from '../../shared/figures/heat-colours.ts';
import { blurred, type MapSize, quantile, valueAt } from './heat-map.ts';
import { marked } from './picture-mark.ts';
import type { Box } from '../../shared/domain/framing.ts';
import type { Pixels } from './resample.ts';

/** A heat map of a network's input, and which part of the image that input shows. */
export interface PlacedHeat {
  /** [height, width]; negative: against */
  readonly heat: Float32Array;
  readonly size: MapSize;
  /** in pixels of the image */
  readonly box: Box;
}

type ImageSize = Pick<Pixels, 'width' | 'height'>;

/** Smoothing: standard deviation as a share of the input's shorter side. Single pixels of a gradient are noise. */
const BLUR = 1 / 48;
/** Of the sizes of the heat: the last colours begin here. One hot pixel must not leave the rest cold. */
const HOTTEST = 0.99;
/** Laid over what the network did not see. */
const UNSEEN = { rgb: [120, 116, 128], alpha: 0.55 } as const;
/** Longest side of a picture in pixels, and the white between two. */
const LONGEST = 1400;
const GAP = 12;

/** Diagonal stripes of what spoke against: their period in pixels, and how dense the lighter half is. */
const HATCH = { period: 10, thin: 0.45 } as const;

/** The colours from -1 to 1. */
const LEVELS = 255;
const PALETTE = Array.from({ length: 2 * LEVELS + 1 }, (_, i) => bytesOf(heatColour(i / LEVELS - 1)));

function bytesOf({ rgb, alpha }: ReturnType<typeof heatColour>): readonly number[] {
  return [...rgb, Math.round(255 * alpha)];
}

/** A heat map as a layer over its whole image, of the same proportions: [height, width, 4], RGBA. */
export function heatLayer({ heat, size, box }: PlacedHeat, image: ImageSize, longest = LONGEST) {
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const smooth = blurred(heat, size, BLUR * Math.min(...size));
  const most = quantile(smooth.map(Math.abs), HOTTEST);
  const unseen = bytesOf(UNSEEN);
  const data = Buffer.alloc(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    const down = (((y + 0.5) / height) * image.height - box.y) / box.height;
    for (let x = 0; x < width; x++, at += 4) {
      const across = (((x + 0.5) / width) * image.width - box.x) / box.width;
      const seen = down >= 0 && down < 1 && across >= 0 && across < 1;
      const share = seen && most > 0 ? Math.max(-1, Math.min(1, valueAt(smooth, size, down, across) / most)) : 0;
      const colour = seen ? PALETTE[Math.round(LEVELS * (share + 1))] : unseen;
      const thin = share < 0 && (x + y) % HATCH.period < HATCH.period / 2;
      for (let c = 0; c < 3; c++) data[at + c] = colour[c];
      data[at + 3] = colour[3] * (thin ? HATCH.thin : 1);
    }
  }
  return { width, height, data };
}

/** The layer alone, as PNG. */
export async function layerPng(placed: PlacedHeat, image: ImageSize, longest?: number): Promise<Buffer> {
  const { data, width, height } = heatLayer(placed, image, longest);
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

/** The image, and beside it the image under its heat map, as PNG with Magnilab's mark. */
export async function comparisonPng(placed: PlacedHeat, image: Pixels): Promise<Buffer> {
  const { data, width, height } = heatLayer(placed, image);
  const picture = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .png()
    .toBuffer();
  const left = width + GAP;
  const png = await sharp({ create: { width: left + width, height, channels: 3, background: '#ffffff' } })
    .composite([
      { input: picture, left: 0, top: 0 },
      { input: picture, left, top: 0 },
      { input: data, raw: { width, height, channels: 4 }, left, top: 0 },
    ])
    .removeAlpha()
    .png()
    .toBuffer();
  return marked(png);
}
