import type { Cell } from './cells.ts';
import { clamp01, mix, noise, visible } from './noise.ts';
import { FIELD_HEIGHT, FIELD_WIDTH, type Field, type Region } from './region.ts';

/** Planes of stain amounts, each [FIELD_HEIGHT, FIELD_WIDTH]. */
export interface Planes {
  readonly h: Float32Array;
  readonly e: Float32Array;
}

/** Paints the nuclei and red cells that reach into the field. */
export function paintNuclei(region: Region, field: Field, planes: Planes): void {
  for (const cell of region.cells) {
    const reach = cell.a * 1.5 + 2;
    const left = Math.max(0, Math.floor((cell.x - reach - field.x) / field.pixel));
    const right = Math.min(FIELD_WIDTH, Math.ceil((cell.x + reach - field.x) / field.pixel));
    const top = Math.max(0, Math.floor((cell.y - reach - field.y) / field.pixel));
    const bottom = Math.min(FIELD_HEIGHT, Math.ceil((cell.y + reach - field.y) / field.pixel));
    if (left >= right || top >= bottom) continue;
    const paint = painter(cell, region, field.pixel);
    for (let row = top; row < bottom; row++) {
      const dy = field.y + (row + 0.5) * field.pixel - cell.y;
      for (let column = left; column < right; column++) {
        const dx = field.x + (column + 0.5) * field.pixel - cell.x;
        paint(dx, dy, row * FIELD_WIDTH + column, planes);
      }
    }
  }
}

type Paint = (dx: number, dy: number, pixel: number, planes: Planes) => void;

/** How one cell is drawn; offsets from its centre in um. */
function painter(cell: Cell, region: Region, pixel: number): Paint {
  const { a, b, salt, chroma, kind } = cell;
  const { traits } = region;
  const cos = Math.cos(cell.angle);
  const sin = Math.sin(cell.angle);
  const tumour = kind === 'epithelial' || kind === 'mitosis';
  const irregular = kind === 'mitosis' ? 0.5 : kind === 'stromal' ? 0.35 : tumour ? traits.irregular : 0.08;
  const clumps = kind === 'lymphocyte' ? 0.5 : tumour ? traits.clumps : 0.3;
  const soft = Math.max(0.9 * pixel, 0.22);
  const seesClumps = visible(1.1, pixel);
  const seesGrain = visible(0.45, pixel);
  const seesRim = visible(0.5, pixel);
  const seesNucleolus = visible(traits.nucleolus, pixel) * (kind === 'epithelial' ? 1 : 0);
  // Vesicular nuclei: pale, with a sharp rim; more so in large ones.
  const vesicular = tumour ? ((salt % 53) / 53) * 0.45 * clumps : 0;
  const spots = nucleoli(cell, traits.nucleolus);
  const sx = 1.25 / a;
  const sy = 1.25 / b;
  if (kind === 'mitosis') return mitosis(cell, pixel);
  return (dx, dy, i, { h, e }) => {
    const u = dx * cos + dy * sin;
    const v = dy * cos - dx * sin;
    const q = Math.sqrt((u * u) / (a * a) + (v * v) / (b * b));
    if (q > 1.6) return;
    const bend =
      irregular *
      ((noise(u * sx + 50, v * sy + 50, salt) - 0.5) * 1.5 + (noise(u * sx * 2.6, v * sy * 2.6, salt + 5) - 0.5) * 0.5);
    const edge = (q - 1 + bend) * b; // um outside the outline
    const cover = clamp01(0.5 - edge / (2 * soft));
    if (cover === 0) return;
    if (kind === 'erythrocyte') {
      h[i] = mix(h[i], 0.03, cover);
      e[i] = mix(e[i], 0.78 + 0.2 * clamp01(-0.4 - edge * 0.5), cover);
      return;
    }
    const grain =
      (noise(u / 1.15 + 9, v / 1.15, salt + 1) - 0.5) * seesClumps * 1.5 +
      (noise(u / 0.42, v / 0.42, salt + 2) - 0.5) * seesGrain * 0.8;
    const rim = Math.exp(-((edge + 0.3) ** 2) / 0.09) * seesRim;
    let density = chroma * (0.82 * (1 - vesicular * clamp01(-edge)) + 0.55 * clumps * grain + (0.2 + 0.25 * vesicular) * rim);
    let pink = 0.2;
    if (seesNucleolus > 0) {
      for (const spot of spots) {
        const away = Math.hypot(u - spot.x, v - spot.y) - spot.radius;
        const dark = clamp01(0.5 - away / 0.35) * seesNucleolus;
        density += 0.42 * dark;
        pink += 0.25 * dark;
      }
    }
    h[i] = mix(h[i], Math.max(0.15, density), cover * 0.96);
    e[i] = mix(e[i], pink, cover * 0.9);
  };
}

function nucleoli({ a, b, salt }: Cell, radius: number): { x: number; y: number; radius: number }[] {
  const count = salt % 3 === 0 ? 2 : 1;
  return Array.from({ length: count }, (_, i) => ({
    x: a * 0.9 * (noise(salt * 3.1, i * 5, 901) - 0.5),
    y: b * 0.9 * (noise(salt * 3.1, i * 5, 902) - 0.5),
    radius: Math.min(radius * (i === 0 ? 1 : 0.7), 0.35 * b),
  }));
}

/** A metaphase plate, dark and shaggy, in a cleared cell. */
function mitosis({ a, b, angle, salt }: Cell, pixel: number): Paint {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const length = a * 0.85;
  const thickness = b * 0.34;
  return (dx, dy, i, { h, e }) => {
    const u = dx * cos + dy * sin;
    const v = dy * cos - dx * sin;
    const halo = clamp01((1.25 * a - Math.hypot(u, v)) / 1.2);
    h[i] = mix(h[i], 0.07, halo * 0.7);
    e[i] = mix(e[i], 0.18, halo * 0.6);
    const shaggy = (noise(u / 0.8, v / 0.8, salt) - 0.5) * 0.9 + (noise(u / 0.3, v / 0.3, salt) - 0.5) * 0.4;
    const q = Math.hypot(u / length, v / thickness);
    const cover = clamp01(0.5 - ((q - 1 + 0.6 * shaggy) * thickness) / Math.max(pixel, 0.25));
    h[i] = mix(h[i], 1.3, cover);
    e[i] = mix(e[i], 0.3, cover);
  };
}
