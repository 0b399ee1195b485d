/** Whether probabilities are what they say: by bins, and by a straight line through the logarithm of the odds. */
import { type Answers, lossOf } from './scored.ts';

/** Bins of equal width; a probability on an edge belongs to the bin below it. */
export const BINS = 10;

/** Images whose probability lies in one bin. */
export interface ReliabilityBin {
  readonly images: number;
  /** mean probability */
  readonly said: number;
  /** share that it came true of */
  readonly happened: number;
}

/** The same as sums over the images, so that bins of several tests can be added. */
export type BinSums = ReliabilityBin;

/**
 * One per bin, empty ones too.
 * @param margins of what was said @param happened whether it came true
 */
export function binSums(margins: readonly number[], happened: readonly boolean[]): BinSums[] {
  const bins = Array.from({ length: BINS }, () => ({ images: 0, said: 0, happened: 0 }));
  for (const [i, margin] of margins.entries()) {
    const probability = probabilityOf(margin);
    const bin = bins[Math.max(0, Math.ceil(probability * BINS) - 1)];
    bin.images++;
    bin.said += probability;
    bin.happened += happened[i] ? 1 : 0;
  }
  return bins;
}

/** Empty bins are left out. */
export function binMeans(sums: readonly BinSums[]): ReliabilityBin[] {
  return sums
    .filter((bin) => bin.images > 0)
    .map(({ images, said, happened }) => ({ images, said: said / images, happened: happened / images }));
}

/** Probabilities against what happened: of the positive class, or without one of the answer that was given. */
export function reliabilityBins({ truths, answers, margins, positive }: Answers): ReliabilityBin[] {
  const judged = truths.map((_, i) => positive ?? answers[i]);
  return binMeans(binSums(judged.map((of, i) => margins[of][i]), truths.map((truth, i) => truth === judged[i]))); // prettier-ignore
}

/** Mean distance of what was said from what happened, bins weighing by their images; null without images. */
export function calibrationError(answers: Answers): number | null {
  const images = answers.truths.length;
  const bins = reliabilityBins(answers);
  if (images === 0) return null;
  return bins.reduce((sum, bin) => sum + (bin.images / images) * Math.abs(bin.happened - bin.said), 0);
}

/**
 * Mean squared distance of the probabilities from what happened: with two classes that of either, with more the sum over them (Brier
 * 1950); null without images.
 */
export function brierScore({ truths, margins }: Answers): number | null {
  if (truths.length === 0) return null;
  const judged = margins.length === 2 ? [1] : [...margins.keys()];
  const squares = judged.map((of) =>
    truths.reduce((sum, truth, i) => sum + (probabilityOf(margins[of][i]) - (truth === of ? 1 : 0)) ** 2, 0),
  );
  return squares.reduce((a, b) => a + b, 0) / truths.length;
}

/** Mean cross-entropy in natural logarithms, from margins: finite however sure a wrong answer is; null without images. */
export function meanLogLoss({ truths, margins }: Answers): number | null {
  if (truths.length === 0) return null;
  return truths.reduce((sum, truth, i) => sum + lossOf(margins[truth][i]), 0) / truths.length;
}

export interface CalibrationLine {
  readonly intercept: number;
  readonly slope: number;
}

const MOST_STEPS = 100;
const CONVERGED = 1e-12;
/** Losses that differ by less, in proportion, are the same but for rounding. */
const ROUNDING = 1e-12;

/**
 * The straight line from margins to the logarithm of the odds that fits best: slope 1 and intercept 0 are perfect, a slope below 1 is
 * overconfident (Cox 1958). By maximum likelihood without penalty.
 * @param margins of the positive class
 * @returns null where it has no finite answer: one class only, classes that margins part without overlap, or equal margins
 */
export function calibrationLine(margins: ArrayLike<number>, isPositive: readonly boolean[]): CalibrationLine | null {
  const all = Array.from(margins);
  if (isSeparated(all, isPositive)) return null;
  const loss = ({ intercept, slope }: CalibrationLine) =>
    all.reduce((sum, margin, i) => sum + lossOf((isPositive[i] ? 1 : -1) * (intercept + slope * margin)), 0);
  let line: CalibrationLine = { intercept: 0, slope: 0 };
  for (let taken = 0; taken < MOST_STEPS; taken++) {
    const step = newtonStep(all, isPositive, line);
    if (!Number.isFinite(step.slope) || !Number.isFinite(step.intercept)) return null;
    const most = loss(line) * (1 + ROUNDING);
    let share = 1;
    while (share > ROUNDING && !(loss(moved(line, step, share)) <= most)) share /= 2;
    line = moved(line, step, share);
    if (Math.max(Math.abs(step.slope), Math.abs(step.intercept)) <= CONVERGED * (1 + Math.abs(line.slope))) return line;
  }
  return null;
}

/** Whether a threshold parts the classes, so that the steepest line is always better. */
function isSeparated(margins: readonly number[], isPositive: readonly boolean[]): boolean {
  const [above, below] = [true, false].map((kind) => margins.filter((_, i) => isPositive[i] === kind));
  return Math.min(...above) >= Math.max(...below) || Math.min(...below) >= Math.max(...above);
}

function newtonStep(
  margins: readonly number[],
  isPositive: readonly boolean[],
  { intercept, slope }: CalibrationLine,
): CalibrationLine {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
  for (const [i, margin] of margins.entries()) {
    const probability = probabilityOf(intercept + slope * margin);
    const rest = (isPositive[i] ? 1 : 0) - probability;
    const weight = probability * (1 - probability);
    g0 += rest;
    g1 += rest * margin;
    h00 += weight;
    h01 += weight * margin;
    h11 += weight * margin * margin;
  }
  const determinant = h00 * h11 - h01 * h01;
  return { intercept: (h11 * g0 - h01 * g1) / determinant, slope: (h00 * g1 - h01 * g0) / determinant };
}

function moved(line: CalibrationLine, step: CalibrationLine, share: number): CalibrationLine {
  return { intercept: line.intercept + share * step.intercept, slope: line.slope + share * step.slope };
}

function probabilityOf(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}
