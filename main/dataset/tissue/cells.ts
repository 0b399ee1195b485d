import type { Random } from '../../../shared/domain/random.ts';
import type { Flow } from './flow.ts';
import type { Layers } from './layers.ts';
import { noise } from './noise.ts';
import type { Traits } from './traits.ts';

type CellKind = 'epithelial' | 'mitosis' | 'myoepithelial' | 'stromal' | 'lymphocyte' | 'erythrocyte';

/** A nucleus (or a red cell): an ellipse in um with a character. */
export interface Cell {
  readonly kind: CellKind;
  readonly x: number;
  readonly y: number;
  /** Half-axes, um. */
  readonly a: number;
  readonly b: number;
  readonly angle: number;
  readonly chroma: number;
  /** Seeds the cell's own noise: outline, chromatin, tint of its cytoplasm. */
  readonly salt: number;
}

const BIN = 12; // um

/** Cells by place, for neighbour questions. */
class CellIndex {
  private readonly bins = new Map<number, Cell[]>();

  add(cell: Cell): void {
    const key = this.key(cell.x, cell.y);
    const bin = this.bins.get(key);
    if (bin) bin.push(cell);
    else this.bins.set(key, [cell]);
  }

  /** The cells of the bin around a point and of its eight neighbours: all within 12 um. */
  *near(x: number, y: number): Generator<Cell> {
    for (let dy = -BIN; dy <= BIN; dy += BIN) {
      for (let dx = -BIN; dx <= BIN; dx += BIN) yield* this.bins.get(this.key(x + dx, y + dy)) ?? [];
    }
  }

  private key(x: number, y: number): number {
    return (Math.floor(y / BIN) + 64) * 4096 + Math.floor(x / BIN) + 64;
  }
}

/** Places every cell of a piece of tissue. Dart throwing keeps neighbours as far apart as the traits ask. */
export function populate(
  width: number,
  height: number,
  layers: Layers,
  flow: Flow,
  traits: Traits,
  inflammation: number,
  random: Random,
): Cell[] {
  const cells: Cell[] = [];
  const index = new CellIndex();
  const area = (width + 24) * (height + 24);
  const throwDarts = (count: number, draw: (x: number, y: number) => Cell | null, spacing: number) => {
    for (let i = 0; i < count; i++) {
      const x = random.uniform(-12, width + 12);
      const y = random.uniform(-12, height + 12);
      const cell = draw(x, y);
      if (!cell) continue;
      let free = true;
      for (const other of index.near(x, y)) {
        const apart = Math.hypot(other.x - x, other.y - y);
        if (apart < spacing * 0.5 * (cell.a + cell.b + other.a + other.b)) {
          free = false;
          break;
        }
      }
      if (!free) continue;
      index.add(cell);
      cells.push(cell);
    }
  };
  const salt = () => random.integer(100_000);

  throwDarts(area * 0.6, (x, y) => epithelial(x, y, layers, traits, random), traits.spacing);
  if (traits.layered) {
    throwDarts(
      area * 0.08,
      (x, y) => {
        const { epithelium, lumen } = layers.at(x, y);
        if (epithelium > -0.9 || epithelium < -2 || lumen < 3 || random.next() < 0.4) return null;
        const angle = layers.outward(x, y) + Math.PI / 2;
        return {
          kind: 'myoepithelial',
          x,
          y,
          a: random.uniform(2.6, 3.8),
          b: random.uniform(0.9, 1.2),
          angle,
          chroma: 1.05,
          salt: salt(),
        };
      },
      0.95,
    );
  }
  throwDarts(
    area * traits.stromal * 0.0013,
    (x, y) => {
      const { epithelium, lumen, mucin, fat } = layers.at(x, y);
      if (epithelium < 2.2 || lumen < 3 || mucin < 1.5 || fat < 1) return null;
      const plump = 1 + 0.5 * traits.myxoid;
      const angle = flow.heading(x, y) + random.normal(0, 0.2);
      const b = random.uniform(0.7, 1.25) * plump;
      return { kind: 'stromal', x, y, a: random.uniform(3.2, 6.5), b, angle, chroma: random.uniform(0.7, 1), salt: salt() };
    },
    0.9,
  );
  throwDarts(
    area * inflammation * 0.02,
    (x, y) => {
      const { epithelium, lumen, mucin, fat } = layers.at(x, y);
      const cluster = noise(x / 45, y / 45, 77 + Math.round(inflammation * 999));
      if (epithelium < 3 || lumen < 3 || mucin < 2 || fat < 1 || random.next() > (cluster - 0.55) * 4) return null;
      const a = random.uniform(2.1, 2.6);
      return {
        kind: 'lymphocyte',
        x,
        y,
        a,
        b: a * random.uniform(0.88, 1),
        angle: random.uniform(0, 3),
        chroma: 1.25,
        salt: salt(),
      };
    },
    1.15,
  );
  vessels(width, height, layers, flow, index, cells, random);
  return cells;
}

function epithelial(x: number, y: number, layers: Layers, traits: Traits, random: Random): Cell | null {
  const { epithelium, lumen } = layers.at(x, y);
  if (epithelium > 0) return null;
  const mean = Math.max(1.8, traits.radius * Math.exp(random.normal(0, traits.variation)));
  const inside = traits.layered ? mean + 1.6 : mean * 0.75;
  if (epithelium > -inside || lumen < mean * (traits.layered ? 1.0 : 0.9)) return null;
  if (traits.layered && epithelium < -inside - 2.6) return null; // one row, near the base
  const long = traits.layered ? random.uniform(1.05, 1.5) : random.uniform(1, 1.15 + 1.2 * traits.irregular);
  const upright = traits.layered || random.next() < 0.35;
  return {
    kind: !traits.layered && random.next() < traits.mitoses ? 'mitosis' : 'epithelial',
    x,
    y,
    a: mean * Math.sqrt(long),
    b: mean / Math.sqrt(long),
    angle: upright ? layers.outward(x, y) + random.normal(0, 0.2) : random.uniform(0, Math.PI),
    chroma: traits.chroma * Math.exp(random.normal(0, 0.05 + 0.5 * traits.variation)),
    salt: random.integer(100_000),
  };
}

/** A few capillaries: flat endothelium around red cells. */
function vessels(
  width: number,
  height: number,
  layers: Layers,
  flow: Flow,
  index: CellIndex,
  cells: Cell[],
  random: Random,
): void {
  for (let attempt = 0; attempt < 12; attempt++) {
    const x = random.uniform(0, width);
    const y = random.uniform(0, height);
    const { epithelium, lumen, mucin, fat } = layers.at(x, y);
    if (Math.min(epithelium, lumen, mucin, fat) < 10) continue;
    const heading = flow.heading(x, y);
    const length = random.integer(4);
    for (let i = 0; i <= length; i++) {
      const at = { x: x + i * 5 * Math.cos(heading), y: y + i * 5 * Math.sin(heading) + random.normal(0, 0.6) };
      const free = [...index.near(at.x, at.y)].every((c) => Math.hypot(c.x - at.x, c.y - at.y) > 2.5 + c.b);
      if (!free) continue;
      const cell: Cell = {
        kind: 'erythrocyte',
        ...at,
        a: random.uniform(2.7, 3.5),
        b: random.uniform(2.2, 3),
        angle: heading,
        chroma: 1,
        salt: random.integer(100_000),
      };
      index.add(cell);
      cells.push(cell);
    }
  }
}
