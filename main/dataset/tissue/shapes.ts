import type { Random } from '../../../shared/domain/random.ts';
import { noise } from './noise.ts';

/** Signed distance in um to the edge of a region: negative inside. Good to a few um, which is all that tissue needs. */
export type Distance = (x: number, y: number) => number;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const NOWHERE: Distance = () => 1e3;

export function union(parts: readonly Distance[]): Distance {
  return (x, y) => {
    let nearest = 1e3;
    for (const part of parts) nearest = Math.min(nearest, part(x, y));
    return nearest;
  };
}

/** A round or oval body of mean radius `radius` um whose outline waves by `rough` (share of the radius). */
export function blob(centre: Point, radius: number, rough: number, random: Random, squash = 1): Distance {
  const angle = random.uniform(0, Math.PI);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const waves = [2, 3, 5].map((k) => ({ k, size: (rough * random.uniform(0.4, 1) * 2) / k, phase: random.uniform(0, 7) }));
  return (x, y) => {
    const dx = x - centre.x;
    const dy = y - centre.y;
    const u = (dx * cos + dy * sin) * squash;
    const v = (dy * cos - dx * sin) / squash;
    const length = Math.sqrt(u * u + v * v); // Math.hypot is many times slower
    if (length > 1.6 * radius + 20) return length - radius; // too far for the outline to matter
    const turn = Math.atan2(v, u);
    let edge = radius;
    for (const wave of waves) edge += radius * wave.size * Math.cos(wave.k * turn + wave.phase);
    return length - edge;
  };
}

/** A tube of half-width `width` um along a polyline; the width wavers by a third. */
export function tube(points: readonly Point[], width: number, salt: number): Distance {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return (x, y) => {
    const outside = Math.max(left - x, x - right, top - y, y - bottom);
    if (outside > 30) return outside;
    let nearest = 1e9;
    for (let i = 1; i < points.length; i++) {
      const a = points[i - 1];
      const b = points[i];
      const bx = b.x - a.x;
      const by = b.y - a.y;
      const along = Math.min(1, Math.max(0, ((x - a.x) * bx + (y - a.y) * by) / (bx * bx + by * by + 1e-9)));
      const dx = x - a.x - bx * along;
      const dy = y - a.y - by * along;
      nearest = Math.min(nearest, dx * dx + dy * dy);
    }
    return Math.sqrt(nearest) - width * (0.67 + 0.66 * noise(x / 13, y / 13, salt));
  };
}

/** A walk of `steps` steps of `step` um from `start` that turns by `turn(x, y, heading)` radians at each step. */
export function walk(
  start: Point,
  heading: number,
  steps: number,
  step: number,
  turn: (at: Point, heading: number) => number,
): Point[] {
  const points = [start];
  for (let i = 0; i < steps; i++) {
    const at = points[i];
    heading += turn(at, heading);
    points.push({ x: at.x + step * Math.cos(heading), y: at.y + step * Math.sin(heading) });
  }
  return points;
}

export type Range = readonly [low: number, high: number];

/** Scatters up to `count` discs with radii of the given range, each a gap of the given range (um) from the others (darts). */
export function scatter(
  count: number,
  { width, height, random }: { width: number; height: number; random: Random },
  radius: Range,
  gap: Range,
): (Point & { radius: number })[] {
  const discs: (Point & { radius: number })[] = [];
  for (let attempt = 0; attempt < count * 30 && discs.length < count; attempt++) {
    const disc = { x: random.uniform(-20, width + 20), y: random.uniform(-20, height + 20), radius: random.uniform(...radius) };
    const apart = random.uniform(...gap);
    if (discs.every((d) => Math.hypot(d.x - disc.x, d.y - disc.y) > d.radius + disc.radius + apart)) discs.push(disc);
  }
  return discs;
}
