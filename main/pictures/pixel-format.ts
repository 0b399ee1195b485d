import { readJpeg, readPng } from './segments.ts';
import { readTiff, type TiffPage } from './tiff.ts';

export type ImageFormat = 'png' | 'jpeg' | 'tiff';

/** What a file's header says of its pixels. */
export type PixelFormat =
  /** `isDeep`: 16 bits a channel, of which the decoder must find out whether they are used in full */
  | { readonly kind: 'usable'; readonly isDeep: boolean; readonly isComplete: boolean }
  /** a clause that says what the file holds instead of one 8-bit picture */
  | { readonly kind: 'unsupported'; readonly what: string }
  | { readonly kind: 'cut'; readonly what: string };

/**
 * Whether the pixels are of a kind that decodes to 8-bit RGB without a guess: grey, RGB or palette, 8 bits a channel or fewer, or
 * 16 bits; one picture in the file. What the values of other kinds mean, where black and white lie, or which of several pictures
 * is meant, no decoder can know: it would give some picture all the same.
 */
export function pixelFormatOf(file: Buffer, format: ImageFormat): PixelFormat {
  if (format === 'png') return formatOfPng(file);
  return format === 'jpeg' ? formatOfJpeg(file) : formatOfTiff(file);
}

const usable = (isDeep: boolean, isComplete: boolean): PixelFormat => ({ kind: 'usable', isDeep, isComplete });
const unsupported = (what: string): PixelFormat => ({ kind: 'unsupported', what });

function formatOfPng(file: Buffer): PixelFormat {
  const { bitDepth, frames, isComplete } = readPng(file);
  if (frames > 1) return unsupported('it is an animation of several pictures');
  return usable(bitDepth === 16, isComplete);
}

const JPEG_END = Buffer.from([0xff, 0xd9]);

function formatOfJpeg(file: Buffer): PixelFormat {
  const { precision, components } = readJpeg(file);
  if (precision > 8) return unsupported(`it holds ${precision} bits a channel, whose black and white it does not state`);
  if (components === 4) return unsupported('its colours are mixed for printing (CMYK)');
  if (components === 2) return unsupported('it holds two channels, which are neither grey nor colour');
  return usable(false, file.lastIndexOf(JPEG_END) > 0);
}

/** PhotometricInterpretation: what it says, and whether one channel or three carry it. */
const GREY = [0, 1];
const RGB = 2;
const PALETTE = 3;
const YCBCR = 6;
const OTHER_COLOURS: Readonly<Record<number, string>> = {
  4: 'it is a mask, not a picture',
  5: 'its colours are mixed for printing (CMYK)',
  8: 'its colours are stored as CIELab',
  9: 'its colours are stored as ICCLab',
  10: 'its colours are stored as ITULab',
  32803: "it holds a sensor's raw values (a colour filter array)",
  34892: "it holds a sensor's raw values",
};
/** None, the three of fax machines, LZW, JPEG, deflate twice, PackBits, LZMA, Zstandard. */
const COMPRESSIONS = [1, 2, 3, 4, 5, 7, 8, 32773, 32946, 34925, 50000];
const JPEG = 7;

function formatOfTiff(file: Buffer): PixelFormat {
  const { pages, isCut, isEndless } = readTiff(file);
  if (isCut) return { kind: 'cut', what: 'the file ends within its directory of contents' };
  if (isEndless) return unsupported('its list of pages leads in a circle');
  const [page] = pages;
  const what = faultOfPages(pages) ?? faultOfStack(page) ?? faultOfColours(page) ?? faultOfValues(page);
  if (what !== null) return unsupported(what);
  if (page.hasGaps) return unsupported('parts of its picture are left empty');
  return usable(page.bitsPerSample[0] === 16, page.dataEnd <= file.length);
}

/** One picture, or one with smaller copies of itself after it (a pyramid). */
function faultOfPages([first, ...others]: readonly TiffPage[]): string | null {
  if (first.isAmbiguous) return 'its header says contradictory things of the pixels';
  const larger = [...first.children, ...others].find((p) => p.width * p.height > first.width * first.height);
  if (first.isAuxiliary || larger) {
    const size = larger ? ` of ${larger.width} x ${larger.height} pixels` : '';
    return `its first page is a small preview (${first.width} x ${first.height} pixels); the picture${size} comes after it`;
  }
  const pictures = others.filter((p) => !p.isAuxiliary).length + 1;
  return pictures > 1 ? `it holds ${pictures} pages: channels, focal planes, times or several pictures` : null;
}

/** Microscopes' programs say in tags or in the description what the planes are; some store planes without a page for each. */
function faultOfStack(page: TiffPage): string | null {
  const { description, samplesPerPixel, width, height } = page;
  const volume = Math.max(page.depth, page.metaMorphPlanes);
  if (volume > 1) return `it holds a volume of ${volume} planes`;
  if (page.isLsm) return 'it is a Zeiss LSM stack of channels or focal planes';
  const shape = /^\{.*"shape": ?\[([\d, ]+)\]/.exec(description)?.[1]; // as the Python library tifffile writes it
  const values = shape?.split(',').reduce((product, n) => product * Number(n), 1) ?? 0;
  const shaped = values / (width * height * samplesPerPixel);
  if (shaped > 1) return `it is a stack of ${shaped} planes`;
  if (description.startsWith('ImageJ=')) {
    const planes = Math.max(...['images', 'channels', 'slices', 'frames'].map((key) => numberOf(description, `^${key}=(\\d+)`)));
    if (planes > 1) return `it is an ImageJ stack of ${planes} planes: channels, focal planes or times`;
  }
  if (/<(\w+:)?OME[\s>]/.test(description)) {
    const sizes = ['SizeC', 'SizeZ', 'SizeT'].map((key) => numberOf(description, `\\b${key}="(\\d+)"`));
    const planes = sizes[0] * sizes[1] * sizes[2];
    if (planes > samplesPerPixel)
      return `it is an OME stack of ${planes} planes (${sizes[0]} channels, ${sizes[1]} focal planes, ${sizes[2]} times)`;
  }
  return null;
}

function numberOf(text: string, pattern: string): number {
  return Number(new RegExp(pattern, 'm').exec(text)?.[1] ?? 1);
}

function faultOfColours(page: TiffPage): string | null {
  const { photometric, samplesPerPixel, extraSamples, compression } = page;
  if (!COMPRESSIONS.includes(compression)) return `its data are packed in a way that is not read (compression ${compression})`;
  if (page.isTiledInPlanes) return 'it stores each colour in tiles of its own, which is not read';
  const other = OTHER_COLOURS[photometric];
  if (other) return other;
  if (photometric === YCBCR && compression !== JPEG) return 'its colours are stored as YCbCr without JPEG compression';
  const isGrey = GREY.includes(photometric) || photometric === PALETTE;
  if (!isGrey && photometric !== RGB && photometric !== YCBCR) return 'its header does not say what its channels mean';
  const extra = samplesPerPixel - (isGrey ? 1 : 3);
  const isTransparency = extra === 1 && (extraSamples[0] === 1 || extraSamples[0] === 2 || !isGrey);
  if (extra !== 0 && !isTransparency) {
    return `it holds ${samplesPerPixel} channels, marked as ${isGrey ? 'grey' : 'red, green, blue'} and others that it does not explain`;
  }
  return null;
}

function faultOfValues({ bitsPerSample, sampleFormat, photometric }: TiffPage): string | null {
  const [bits] = bitsPerSample;
  if (bitsPerSample.some((b) => b !== bits)) return `its channels have different depths (${bitsPerSample.join(', ')} bits)`;
  const format = sampleFormat.find((f) => f !== 1 && f !== 4) ?? 1; // 4: not stated
  if (format === 3) return `its values are decimal numbers (${bits}-bit float), whose black and white it does not state`;
  if (format === 2) return `its values are signed (${bits} bits), whose black and white it does not state`;
  if (format !== 1) return 'its values are complex numbers';
  // turned round, 12 bits would lie at the light end of 16 and look like a bright picture
  if (bits === 16 && photometric === 0) return 'it holds 16 bits a channel with white as zero, whose black it does not state';
  const isShallow = [1, 2, 4].includes(bits) && (GREY.includes(photometric) || photometric === PALETTE);
  if (bits === 8 || isShallow || (bits === 16 && photometric !== PALETTE && photometric !== YCBCR)) return null;
  return `it holds ${bits} bits a channel, whose black and white it does not state`;
}
