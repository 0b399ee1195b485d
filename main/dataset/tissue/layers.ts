import type { Architecture } from './architecture.ts';
import type { Distance } from './shapes.ts';

const PITCH = 1.75; // um: coarse enough to be quick, and edges get their fine shape from noise when drawn
const MARGIN = 16; // um around the field, so that cells at its edge see whole surroundings

/** Distances (um) to the compartments at one place; reused between calls, so copy what you keep. */
export interface Place {
  epithelium: number;
  lumen: number;
  mucin: number;
  fat: number;
}

/** An architecture sampled on a grid of `PITCH` um, read back by bilinear interpolation. */
export class Layers {
  private readonly columns: number;
  private readonly rows: number;
  private readonly values: Float32Array; // [rows, columns, 4]
  private readonly place: Place = { epithelium: 0, lumen: 0, mucin: 0, fat: 0 };

  constructor(width: number, height: number, architecture: Architecture, fat: Distance) {
    this.columns = Math.ceil((width + 2 * MARGIN) / PITCH) + 2;
    this.rows = Math.ceil((height + 2 * MARGIN) / PITCH) + 2;
    this.values = new Float32Array(this.columns * this.rows * 4);
    let i = 0;
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) {
        const x = column * PITCH - MARGIN;
        const y = row * PITCH - MARGIN;
        const epithelium = architecture.epithelium(x, y);
        const lumen = architecture.lumen(x, y);
        this.values[i++] = epithelium;
        this.values[i++] = lumen;
        const mucin = architecture.mucin(x, y);
        this.values[i++] = mucin;
        this.values[i++] = Math.max(fat(x, y), 14 - epithelium, 14 - lumen, 8 - mucin); // fat keeps its distance from glands
      }
    }
  }

  at(x: number, y: number): Place {
    const gx = Math.min(this.columns - 1.001, Math.max(0, (x + MARGIN) / PITCH));
    const gy = Math.min(this.rows - 1.001, Math.max(0, (y + MARGIN) / PITCH));
    const column = Math.floor(gx);
    const row = Math.floor(gy);
    const u = gx - column;
    const v = gy - row;
    const a = (row * this.columns + column) * 4;
    const c = a + this.columns * 4;
    const w00 = (1 - u) * (1 - v);
    const w10 = u * (1 - v);
    const w01 = (1 - u) * v;
    const w11 = u * v;
    const g = this.values;
    const { place } = this;
    place.epithelium = g[a] * w00 + g[a + 4] * w10 + g[c] * w01 + g[c + 4] * w11;
    place.lumen = g[a + 1] * w00 + g[a + 5] * w10 + g[c + 1] * w01 + g[c + 5] * w11;
    place.mucin = g[a + 2] * w00 + g[a + 6] * w10 + g[c + 2] * w01 + g[c + 6] * w11;
    place.fat = g[a + 3] * w00 + g[a + 7] * w10 + g[c + 3] * w01 + g[c + 7] * w11;
    return place;
  }

  /** Heading away from the epithelium's outer edge, in radians: how lining cells stand. */
  outward(x: number, y: number): number {
    const east = this.at(x + 1.5, y).epithelium;
    const west = this.at(x - 1.5, y).epithelium;
    const south = this.at(x, y + 1.5).epithelium;
    const north = this.at(x, y - 1.5).epithelium;
    return Math.atan2(south - north, east - west);
  }
}
