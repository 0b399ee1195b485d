import type { Cell } from './cells.ts';
import { clamp01, fractalNoise, mix, noise, visible } from './noise.ts';
import type { Region } from './region.ts';

/** Amounts of haematoxylin and eosin, in the units of a stain's densities. */
export interface Pigment {
  h: number;
  e: number;
}

const FAT_CELL = 31; // um
const BIN = 14; // um: nuclei of one nest are hardly ever further apart

/** Paints all that is not a nucleus: stroma, fat, mucin, lumen, cytoplasm. `pixel` is the pixel size in um. */
export class Ground {
  private readonly region: Region;
  private readonly pixel: number;
  private readonly sites: Sites;
  private readonly pigment: Pigment = { h: 0, e: 0 };

  constructor(region: Region, pixel: number) {
    this.region = region;
    this.pixel = pixel;
    this.sites = new Sites(region);
  }

  /** The pigment at a place (um); the returned object is reused. */
  at(x: number, y: number): Pigment {
    const { region, pixel, pigment } = this;
    const { salt } = region;
    const place = region.layers.at(x, y);
    const ragged = (noise(x / 2.6, y / 2.6, salt + 3) - 0.5) * 1.1 + (noise(x / 0.7, y / 0.7, salt + 4) - 0.5) * 0.35;
    const soft = Math.max(pixel, 0.25);
    const epithelium = clamp01(0.5 - (place.epithelium + ragged) / soft);
    const lumen = clamp01(0.5 - (place.lumen + 1.3 * ragged) / soft);
    const mucin = clamp01(0.5 - (place.mucin + 2 * ragged) / (2 * soft));
    const fat = clamp01(0.5 - (place.fat + ragged) / (2 * soft));
    const fromNest = place.epithelium;
    pigment.h = 0.01;
    pigment.e = 0.02;
    if (lumen > 0.99) {
      this.secretion(x, y, place.lumen);
      return pigment;
    }
    if (epithelium < 0.99) {
      if (fat < 0.99 && mucin < 0.99) this.stroma(x, y, fromNest);
      if (mucin > 0) this.blend(mucin, 0.09 + 0.08 * this.strands(x, y), 0.05 + 0.05 * noise(x / 9, y / 9, salt + 12));
      if (fat > 0) this.fat(x, y, fat);
    }
    if (epithelium > 0) this.cytoplasm(x, y, epithelium, place.lumen);
    if (lumen > 0) this.blend(lumen, 0.01, 0.02);
    return pigment;
  }

  private blend(weight: number, h: number, e: number): void {
    this.pigment.h = mix(this.pigment.h, h, weight);
    this.pigment.e = mix(this.pigment.e, e, weight);
  }

  private secretion(x: number, y: number, depth: number): void {
    const { salt } = this.region;
    const amount =
      clamp01((fractalNoise((x + 0.6 * y) / 26, (y - 0.6 * x) / 26, salt + 14) - 0.58) * 5) * clamp01(-depth / 2 - 0.4);
    if (amount > 0) this.blend(amount, 0.03, 0.16 + 0.16 * noise(x / 2.2, y / 2.2, salt + 15));
  }

  private strands(x: number, y: number): number {
    const { flow, salt } = this.region;
    const ridge = 1 - Math.abs(2 * noise(flow.along(x, y) / 26, flow.across(x, y) / 5, salt + 13) - 1);
    return ridge * ridge * ridge;
  }

  private stroma(x: number, y: number, fromNest: number): void {
    const { flow, salt, traits, clefts, retraction } = this.region;
    const { pixel } = this;
    const u = flow.along(x, y);
    // Near a gland the fibres bend to wrap around it.
    const straight = flow.across(x, y) + (fromNest < 30 ? 20 * Math.exp(-Math.max(0, fromNest) / 8) : 0);
    // Crimp: collagen runs in waves, else it looks like grained wood.
    const v =
      straight + 3.6 * (noise(u / 8.5, straight / 16, salt + 11) - 0.5) + 0.5 * (noise(x / 3.4, y / 3.4, salt + 19) - 0.5);
    const bundle = noise(u / 30, v / 8, salt + 5);
    const fibre = noise(u / 12, v / 2.3, salt + 6);
    const fibril = noise(u / 5, v / 0.7, salt + 7);
    const grainy = noise(u / 2.5, v / 0.35, salt + 8);
    const texture =
      0.5 * (bundle - 0.5) +
      0.75 * (fibre - 0.5) * visible(2.1, pixel) +
      0.6 * (fibril - 0.5) * visible(0.7, pixel) +
      0.4 * (grainy - 0.5) * visible(0.35, pixel);
    const { myxoid } = traits;
    const collagen = mix(0.42, 0.2, myxoid) * (1 + texture * mix(0.9, 1.4, myxoid));
    this.pigment.e = Math.max(0.03, collagen);
    this.pigment.h = 0.035 + 0.09 * myxoid * (0.6 + texture) + 0.03 * bundle;
    // Slits between bundles, and shrinkage around nests: both are glass.
    const slit = clamp01((noise(u / 19, v / 3.6, salt + 9) - 0.88 + 0.26 * clefts) * 7);
    const shrunk = clamp01((retraction * (noise(x / 22, y / 22, salt + 10) * 2 - 0.8) - fromNest) / 0.6 + 0.5);
    const glass = Math.max(slit, retraction > 0.6 ? shrunk : 0) * 0.92;
    if (glass > 0) this.blend(glass, 0.01, 0.03);
    // Basement membrane
    if (fromNest < 2 && traits.layered) this.pigment.e += 0.16 * Math.exp(-((fromNest - 0.5) ** 2) / 0.35) * visible(0.6, pixel);
  }

  private fat(x: number, y: number, weight: number): void {
    const { salt } = this.region;
    const side = FAT_CELL;
    const column = Math.floor(x / side);
    const row = Math.floor(y / side);
    let first = 1e9;
    let second = 1e9;
    for (let r = row - 1; r <= row + 1; r++) {
      for (let c = column - 1; c <= column + 1; c++) {
        const cx = (c + 0.15 + 0.7 * noise(c * 7, r * 7, salt + 16)) * side;
        const cy = (r + 0.15 + 0.7 * noise(c * 7, r * 7, salt + 17)) * side;
        const distance = Math.hypot(x - cx, y - cy);
        if (distance < first) {
          second = first;
          first = distance;
        } else if (distance < second) second = distance;
      }
    }
    const wall = (second - first) / 2 + (noise(x / 9, y / 9, salt + 18) - 0.5) * 1.6;
    const membrane = clamp01((0.75 - Math.abs(wall)) / Math.max(this.pixel, 0.3) + 0.5) + clamp01(1.2 - wall) * 0.2;
    this.blend(weight, 0.02 + 0.05 * membrane, 0.02 + 0.28 * Math.min(1, membrane));
  }

  private cytoplasm(x: number, y: number, weight: number, toLumen: number): void {
    const { salt, traits } = this.region;
    const { pixel, sites } = this;
    sites.find(x, y);
    const granular =
      0.3 * (noise(x / 2.4, y / 2.4, salt + 20) - 0.5) * visible(2, pixel) +
      0.28 * (noise(x / 0.6, y / 0.6, salt + 21) - 0.5) * visible(0.6, pixel);
    const tint = sites.tint - 0.5;
    const border = Math.exp(-((sites.border / Math.max(0.28, 0.6 * pixel)) ** 2)) * 0.16 * visible(0.8, pixel);
    const apical = toLumen < 1.2 ? 0.12 * visible(0.8, pixel) : 0;
    const pale = traits.layered ? 0.05 * clamp01(1 - Math.abs(toLumen - 3) / 3) : 0;
    const e = (0.3 + 0.14 * tint - pale) * (1 + granular) + border + apical;
    const h = (0.13 + 0.1 * tint * tint + 0.07 * (traits.chroma - 0.9)) * (1 + granular) + 0.3 * border;
    this.blend(weight, h, e);
  }
}

/** The territories of epithelial cells: nearest nucleus and distance to the border with the next one (Voronoi). */
class Sites {
  border = 0; // um
  tint = 0; // in [0, 1], the nearest cell's own
  private readonly columns: number;
  private readonly bins: Cell[][];

  constructor(region: Region) {
    this.columns = Math.ceil(region.width / BIN) + 8;
    const rows = Math.ceil(region.height / BIN) + 8;
    this.bins = Array.from({ length: this.columns * rows }, () => []);
    for (const cell of region.cells) {
      if (cell.kind === 'epithelial' || cell.kind === 'mitosis') this.bins[this.bin(cell.x, cell.y)]?.push(cell);
    }
  }

  find(x: number, y: number): void {
    let first = 1e9;
    let second = 1e9;
    let tint = 0.5;
    const middle = this.bin(x, y);
    for (let row = -1; row <= 1; row++) {
      for (let column = -1; column <= 1; column++) {
        const bin = this.bins[middle + row * this.columns + column];
        if (!bin) continue;
        for (const cell of bin) {
          const distance = (cell.x - x) * (cell.x - x) + (cell.y - y) * (cell.y - y);
          if (distance < first) {
            second = first;
            first = distance;
            tint = (cell.salt % 97) / 96;
          } else if (distance < second) second = distance;
        }
      }
    }
    this.border = second > 1e8 ? 9 : (Math.sqrt(second) - Math.sqrt(first)) / 2;
    this.tint = tint;
  }

  private bin(x: number, y: number): number {
    return (Math.floor(y / BIN) + 3) * this.columns + Math.floor(x / BIN) + 3;
  }
}
