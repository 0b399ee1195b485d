import type { IndexedImage } from '../../shared/contract/dataset.ts';
import type { Random } from '../../shared/domain/random.ts';

/** Images that must stay together: those of one case or one slide. */
export interface Group {
  readonly key: string;
  readonly images: readonly IndexedImage[];
}

/**
 * Something that every part should have its share of, e.g. the malignant images at 40x. `importance` weighs its deviation
 * from the wished share; `absence` is the price of each part, in the order of the parts, for having none of it.
 */
interface Feature {
  readonly importance: number;
  readonly absence: readonly number[];
  total: number;
  groups: number;
}

/** Prices of absence for train, validation and test; far apart, so that a lower row never outweighs a higher one. */
const ABSENCE = {
  /** a part without one of the classes cannot be scored */
  label: [1000, 1000, 1000],
  /** a magnification whose test has one class only gives no balanced accuracy */
  magnification: [20, 2, 20],
  subtype: [1, 0.5, 1],
} as const;
/** With fewer groups than parts some part must go without: validation first, then test. */
const ABSENCE_WITH_TWO_GROUPS = [1000, 1, 100];

/** A share that is off by no more than this is as good as exact: seeds then find different splits, not the one optimum. */
const TOLERANCE = 0.02;
/** A gain must exceed this, or the order of additions would decide. */
const ROUNDING = 1e-9;
/** Random deals that are tried; one alone can get stuck where a few large cases block each other. */
const STARTS = 6;
/** Changes proposed to each of them, at least, and for each group. BreakHis' 70 cases settle before. */
const MIN_PROPOSALS = 4_000;
const PROPOSALS_PER_GROUP = 60;

/**
 * Deals groups out to train, validation and test so that images, groups, classes, subtypes and magnifications are spread as
 * the ratios ask, as well as whole groups allow. With three or more groups of a class, each part gets some of it.
 *
 * Random deals are improved by random moves and swaps (hill climbing) and the best is taken, so that different seeds give
 * different splits of about equal balance. Groups have 1 to 300 images: no closed rule balances eight subtypes and four
 * magnifications at once.
 * @param ratios shares of the parts, e.g. [7, 1, 2]; a part of ratio 0 stays empty
 * @param role what a part is for, by its number: training, validation or test
 * @returns for each group the index of its part
 */
export function assignGroups(
  groups: readonly Group[],
  ratios: readonly number[],
  random: Random,
  role: (part: number) => number = (part) => part,
): number[] {
  const deals = Array.from({ length: STARTS }, () => improvedDeal(groups, ratios, random, role));
  return deals.reduce((best, deal) => (deal.cost() < best.cost() - ROUNDING ? deal : best)).partOf;
}

/** The role of parts that are all tested, each in its turn. */
export const TESTED = (): number => 2;

function improvedDeal(groups: readonly Group[], ratios: readonly number[], random: Random, role: (part: number) => number): Deal {
  const open = ratios.map((_, part) => part).filter((part) => ratios[part] > 0);
  const deal = new Deal(groups, ratios, role);
  for (const group of random.shuffle(groups.map((_, i) => i))) deal.place(group, cheapest(deal, group, open));
  if (open.length < 2 || groups.length < 2) return deal;
  const proposals = Math.max(MIN_PROPOSALS, PROPOSALS_PER_GROUP * groups.length);
  for (let i = 0; i < proposals; i++) {
    const first = random.integer(groups.length);
    if (random.next() < 0.5) {
      deal.tryMoves([[first, open[random.integer(open.length)]]]);
    } else {
      const second = random.integer(groups.length);
      deal.tryMoves([
        [first, deal.partOf[second]],
        [second, deal.partOf[first]],
      ]);
    }
  }
  return deal;
}

function cheapest(deal: Deal, group: number, open: readonly number[]): number {
  const costs = open.map((part) => deal.costOfPlacing(group, part));
  return open[costs.indexOf(Math.min(...costs))];
}

/** Which group is in which part, and what that costs. */
class Deal {
  /** part of each group, -1 before it is placed */
  readonly partOf: number[];
  private readonly shares: readonly number[];
  private readonly features: Feature[] = [];
  /** of each group: [feature, amount] */
  private readonly amounts: [number, number][][];
  /** [feature][part] */
  private readonly counts: number[][];

  private readonly role: (part: number) => number;

  constructor(groups: readonly Group[], ratios: readonly number[], role: (part: number) => number) {
    this.role = role;
    const sum = ratios.reduce((a, b) => a + b, 0);
    this.shares = ratios.map((r) => r / sum);
    this.partOf = groups.map(() => -1);
    const index = new Map<string, number>();
    this.amounts = groups.map((group) =>
      [...amountsOf(group)].map(([name, { amount, importance, absence }]) => {
        let at = index.get(name);
        if (at === undefined) {
          at = this.features.push({ importance, absence, total: 0, groups: 0 }) - 1;
          index.set(name, at);
        }
        this.features[at].total += amount;
        this.features[at].groups++;
        return [at, amount];
      }),
    );
    this.counts = this.features.map(() => ratios.map(() => 0));
  }

  place(group: number, part: number): void {
    const from = this.partOf[group];
    for (const [feature, amount] of this.amounts[group]) {
      if (from >= 0) this.counts[feature][from] -= amount;
      this.counts[feature][part] += amount;
    }
    this.partOf[group] = part;
  }

  costOfPlacing(group: number, part: number): number {
    const touched = this.amounts[group];
    const before = this.costOf(touched);
    for (const [feature, amount] of touched) this.counts[feature][part] += amount;
    const after = this.costOf(touched);
    for (const [feature, amount] of touched) this.counts[feature][part] -= amount;
    return after - before;
  }

  /** Makes the moves [group, part] if together they lower the cost. */
  tryMoves(moves: readonly (readonly [number, number])[]): void {
    const touched = new Map(moves.flatMap(([group]) => this.amounts[group]));
    const old = moves.map(([group]) => this.partOf[group]);
    const before = this.costOf(touched);
    for (const [group, part] of moves) this.place(group, part);
    if (this.costOf(touched) < before - ROUNDING) return;
    moves.forEach(([group], i) => this.place(group, old[i]));
  }

  cost(): number {
    return this.costOf(this.features.map((_, i) => [i, 0]));
  }

  private costOf(touched: Iterable<readonly [number, number]>): number {
    let cost = 0;
    for (const [at] of touched) {
      const feature = this.features[at];
      const absence = feature.groups === 2 && feature.absence === ABSENCE.label ? ABSENCE_WITH_TWO_GROUPS : feature.absence;
      this.shares.forEach((share, part) => {
        const count = this.counts[at][part];
        cost += feature.importance * Math.max(0, Math.abs(count / feature.total - share) - TOLERANCE) ** 2;
        if (count === 0 && share > 0) cost += absence[this.role(part)];
      });
    }
    return cost;
  }
}

const NONE = [0, 0, 0] as const;

type Amount = { amount: number; importance: number; absence: readonly number[] };

/** What a group adds to each feature. */
function amountsOf(group: Group): Map<string, Amount> {
  const amounts = new Map<string, Amount>();
  const add = (name: string, importance: number, absence: readonly number[], once = false) => {
    const amount = amounts.get(name);
    if (!amount) amounts.set(name, { amount: 1, importance, absence });
    else if (!once) amount.amount++;
  };
  for (const { label, subtype, magnification } of group.images) {
    add(`images of ${label}`, 4, ABSENCE.label);
    add(`images of ${label} at ${magnification}`, 1, ABSENCE.magnification);
    add(`groups of ${label}`, 2, NONE, true);
    if (subtype === '') continue;
    add(`images of ${subtype}`, 1, ABSENCE.subtype);
    add(`groups of ${subtype}`, 1, NONE, true);
  }
  return amounts;
}

/** Groups images by a key, in an order that does not depend on the order of the images. */
export function groupBy(images: readonly IndexedImage[], key: (image: IndexedImage) => string): Group[] {
  const groups = [...Map.groupBy(images, key)].map(([k, members]) => ({ key: k, images: members }));
  return groups.sort((a, b) => (a.key < b.key ? -1 : 1));
}
