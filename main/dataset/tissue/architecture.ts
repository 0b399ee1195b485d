import type { Random } from '../../../shared/domain/random.ts';
import type { Flow } from './flow.ts';
import { fractalNoise, noise } from './noise.ts';
import { NOWHERE, blob, scatter, tube, union, walk, type Distance, type Point } from './shapes.ts';

/** Where the compartments of a piece of tissue lie: signed distances in um, negative inside. A lumen wins over epithelium. */
export interface Architecture {
  readonly epithelium: Distance;
  readonly lumen: Distance;
  readonly mucin: Distance;
}

interface Site {
  readonly width: number;
  readonly height: number;
  readonly random: Random;
  readonly salt: number;
  readonly flow: Flow;
  /** Mean nuclear radius, um: linings and cords are as thick as their cells need. */
  readonly nucleus: number;
}

type Builder = (site: Site) => Architecture;

/** Epithelium as a lining of the given thickness (um) around lumens. */
function lining(lumen: Distance, thickness: number, mucin: Distance = NOWHERE): Architecture {
  return { lumen, epithelium: (x, y) => lumen(x, y) - thickness, mucin };
}

function somewhere({ width, height, random }: Site): Point {
  return { x: random.uniform(0, width), y: random.uniform(0, height) };
}

/** Many small round glands in fibrous stroma, here crowded, there apart. */
const adenosis: Builder = (site) => {
  const { random, nucleus } = site;
  const thickness = 3 * nucleus;
  const glands = scatter(60, site, [2.5 + thickness, 11 + thickness], [2, 16]);
  const lumens = glands.map((g) => blob(g, g.radius - thickness, 0.16, random, random.uniform(0.8, 1.25)));
  return lining(union(lumens), thickness);
};

/** Round tubules back to back, hardly any stroma. */
const tubularAdenoma: Builder = (site) => {
  const { random, nucleus } = site;
  const thickness = 3 * nucleus;
  const glands = scatter(130, site, [3.5 + thickness, 7 + thickness], [0.5, 3]);
  return lining(union(glands.map((g) => blob(g, g.radius - thickness, 0.1, random))), thickness);
};

/** Long ducts pressed to slits by loose stroma. */
const fibroadenoma: Builder = (site) => {
  const { random, salt, nucleus } = site;
  const ducts: Distance[] = [];
  for (let i = 0; i < 7; i++) {
    let bend = random.normal(0, 0.12);
    const path = walk(somewhere(site), random.uniform(0, 7), 9 + random.integer(10), 9, () => (bend += random.normal(0, 0.1)));
    ducts.push(tube(path, random.uniform(1.2, 4.5), salt + i));
    if (random.next() < 0.6) {
      const branch = walk(path[4], random.uniform(0, 7), 6, 9, () => random.normal(0, 0.2));
      ducts.push(tube(branch, random.uniform(1.2, 3), salt + 20 + i));
    }
  }
  return lining(union(ducts), 3.1 * nucleus);
};

/** Leaves of cellular stroma that fill a cleft but for slits between them; epithelium lines leaf and wall alike. */
const phyllodes: Builder = (site) => {
  const { random, salt, nucleus, width, height } = site;
  const cleft = blob({ x: width * random.uniform(0.35, 0.65), y: height * random.uniform(0.3, 0.7) }, 125, 0.2, random, 0.8);
  const leaves = scatter(14, site, [26, 40], [2, 25]);
  const slit: Distance = (x, y) => {
    const wx = x + 26 * (noise(x / 38, y / 38, salt + 30) - 0.5);
    const wy = y + 26 * (noise(x / 38, y / 38, salt + 31) - 0.5);
    let first = 1e9;
    let second = 1e9;
    for (const leaf of leaves) {
      const distance = Math.hypot(leaf.x - wx, leaf.y - wy);
      if (distance < first) {
        second = first;
        first = distance;
      } else if (distance < second) second = distance;
    }
    return (second - first) / 2 - 1 - 9 * noise(x / 45, y / 45, salt + 32) ** 2;
  };
  const stray = scatter(3, site, [2, 5], [60, 60]).map((s) => blob(s, s.radius, 0.3, random, 1.8));
  const strays = union(stray);
  return lining((x, y) => Math.min(Math.max(cleft(x, y), slit(x, y)), strays(x, y)), 3 * nucleus);
};

/** Solid, jagged nests and trabeculae, with a few punched-out or abortive lumens. */
const ductal: Builder = (site) => {
  const { random, salt } = site;
  const size = random.uniform(38, 70);
  const fill = random.uniform(0.43, 0.55);
  const holes = scatter(random.integer(10), site, [3, 8], [15, 60]);
  const lumen = union(holes.map((h) => blob(h, h.radius, 0.35, random, random.uniform(0.7, 1.4))));
  const nests: Distance = (x, y) => (fill - fractalNoise(x / size, y / size, salt)) * size * 1.5;
  return { epithelium: nests, lumen: (x, y) => Math.max(lumen(x, y), nests(x, y) + 5), mucin: NOWHERE };
};

/** Single cells in files that follow the collagen, and many loose ones. */
const lobular: Builder = (site) => {
  const { random, salt, flow, nucleus } = site;
  const parts: Distance[] = [];
  for (let i = 0; i < 34; i++) {
    const start = somewhere(site);
    const way = random.next() < 0.5 ? 0 : Math.PI;
    const path = walk(start, flow.heading(start.x, start.y) + way, 2 + random.integer(12), 8, (at, heading) => {
      const wanted = flow.heading(at.x, at.y) + way - heading;
      return Math.atan2(Math.sin(wanted), Math.cos(wanted)) * 0.7 + random.normal(0, 0.22);
    });
    parts.push(tube(path, nucleus * random.uniform(1.05, 1.4), salt + i));
  }
  for (const loner of scatter(40, site, [nucleus * 1.3, nucleus * 1.4], [4, 8])) {
    parts.push(blob(loner, loner.radius, 0.1, random));
  }
  return { epithelium: union(parts), lumen: NOWHERE, mucin: NOWHERE };
};

/** Nests afloat in lakes of mucin, thin fibrous septa between the lakes. */
const mucinous: Builder = (site) => {
  const { random, salt } = site;
  const nests = scatter(18, site, [10, 34], [6, 24]);
  const rough = nests.map((n) => blob(n, n.radius, 0.22, random, random.uniform(0.75, 1.3)));
  const lake = random.uniform(95, 140);
  const septum = random.uniform(3, 9);
  const mucin: Distance = (x, y) => septum - Math.abs(fractalNoise(x / lake, y / lake, salt) - 0.5) * lake * 1.6;
  return { epithelium: union(rough), lumen: NOWHERE, mucin };
};

/** Branching fibrovascular cores clothed in several rows of cells, in an open space. */
const papillary: Builder = (site) => {
  const { random, salt, width, height } = site;
  const cores: Distance[] = [];
  const grow = (from: Point, heading: number, length: number, depth: number) => {
    const path = walk(from, heading, length, 10, () => random.normal(0, 0.2));
    cores.push(tube(path, 3.2 + depth * 1.3, salt + cores.length));
    if (depth === 0) return;
    for (let i = 2; i < path.length; i += 2 + random.integer(2)) {
      const side = random.next() < 0.5 ? -1 : 1;
      grow(path[i], heading + side * random.uniform(0.6, 1.3), 3 + random.integer(5), depth - 1);
    }
  };
  const edge = random.uniform(0, 2 * Math.PI);
  for (let i = 0; i < 3; i++) {
    const angle = edge + i * 2.1 + random.normal(0, 0.3);
    const root = { x: width / 2 + 0.55 * width * Math.cos(angle), y: height / 2 + 0.6 * height * Math.sin(angle) };
    grow(root, angle + Math.PI + random.normal(0, 0.3), 13, 2);
  }
  const core = union(cores);
  const coat = random.uniform(11, 17);
  const space = blob({ x: width / 2, y: height / 2 }, random.uniform(130, 170), 0.15, random, 0.8);
  const fronds: Distance = (x, y) => core(x, y) - coat - 5 * (noise(x / 16, y / 16, salt + 9) - 0.5);
  return {
    epithelium: (x, y) => Math.max(fronds(x, y), -core(x, y)),
    lumen: (x, y) => Math.max(space(x, y), -fronds(x, y)),
    mucin: NOWHERE,
  };
};

/** Builders by subtype code. */
export const ARCHITECTURES: Readonly<Record<string, Builder>> = {
  A: adenosis,
  F: fibroadenoma,
  PT: phyllodes,
  TA: tubularAdenoma,
  DC: ductal,
  LC: lobular,
  MC: mucinous,
  PC: papillary,
};
