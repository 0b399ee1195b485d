/** What a picture looks like, in few bits: pictures that were saved again, smaller or as JPEG, keep it although every byte differs. */

const SIDE = 16;
/** Grey values that neighbours must differ by on average; below, a picture is a bare slide and looks like every other one. */
const MIN_CONTRAST = 0.75;
/**
 * Differing bits of two copies, of 256. Measured on 257 images of BreakHis: copies saved as JPEG of quality 50 differ in up to 11,
 * copies of half the size in up to 13, images that are no copies in 73 and more.
 */
const MAX_DISTANCE = 24;

/**
 * A difference hash: the picture as 17 x 16 grey fields, one bit for each field that is darker than the one to its right
 * (Krawetz, "Kind of Like That", 2013, with 16 rows instead of 8).
 * @param data RGB, [height, width, 3]
 * @returns 64 hexadecimal digits; "" for a picture without contrast, or smaller than the fields
 */
export function lookOf(width: number, height: number, data: Uint8Array): string {
  if (width <= SIDE || height < SIDE) return '';
  const fields = greyFields(width, height, data);
  let hex = '';
  let contrast = 0;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x += 4) {
      let digit = 0;
      for (let k = 0; k < 4; k++) {
        const step = fields[y * (SIDE + 1) + x + k + 1] - fields[y * (SIDE + 1) + x + k];
        digit = digit * 2 + (step > 0 ? 1 : 0);
        contrast += Math.abs(step);
      }
      hex += digit.toString(16);
    }
  }
  return contrast / (SIDE * SIDE) < MIN_CONTRAST ? '' : hex;
}

/** Mean grey values of 17 x 16 fields of about equal size, rows from top to bottom. */
function greyFields(width: number, height: number, data: Uint8Array): Float64Array {
  const sums = new Float64Array((SIDE + 1) * SIDE);
  const counts = new Float64Array(sums.length);
  const edges = Array.from({ length: SIDE + 2 }, (_, i) => Math.round((i * width) / (SIDE + 1)));
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * SIDE) / height) * (SIDE + 1);
    for (let x = 0; x <= SIDE; x++) {
      let sum = 0; // grey as 77 red + 150 green + 29 blue, of 256
      const end = (y * width + edges[x + 1]) * 3;
      for (let at = (y * width + edges[x]) * 3; at < end; at += 3) sum += 77 * data[at] + 150 * data[at + 1] + 29 * data[at + 2];
      sums[row + x] += sum / 256;
      counts[row + x] += edges[x + 1] - edges[x];
    }
  }
  return sums.map((sum, i) => sum / counts[i]);
}

/**
 * Groups of looks that are nearly equal, as positions in the list, in its order. Two looks that differ in at most 24 bits agree
 * in one of 25 parts at least, so only looks that share a part are compared: 8,000 pictures take about a second.
 */
export function findNearLooks(looks: readonly string[]): number[][] {
  const words = looks.map((look) =>
    Uint32Array.from({ length: look.length / 8 }, (_, i) => parseInt(look.slice(i * 8, i * 8 + 8), 16)),
  );
  const leader = looks.map((_, i) => i);
  const find = (i: number): number => (leader[i] === i ? i : (leader[i] = find(leader[i])));
  const parts = MAX_DISTANCE + 1;
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part, part + 1].map((p) => Math.round((p * SIDE * SIDE) / 4 / parts));
    const alike = Map.groupBy(
      looks.keys().filter((i) => looks[i] !== ''),
      (i) => looks[i].slice(from, to),
    );
    for (const group of alike.values()) {
      for (let a = 0; a < group.length; a++) {
        for (let b = a + 1; b < group.length; b++) {
          const [first, second] = [group[a], group[b]];
          if (leader[first] === leader[second] || distance(words[first], words[second]) > MAX_DISTANCE) continue;
          const [low, high] = [find(first), find(second)].sort((x, y) => x - y);
          leader[high] = low;
        }
      }
    }
  }
  const groups = Map.groupBy(
    looks.keys().filter((i) => looks[i] !== ''),
    find,
  );
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Bits that differ. */
function distance(a: Uint32Array, b: Uint32Array): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) {
    let x = a[i] ^ b[i];
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    bits += (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return bits;
}
