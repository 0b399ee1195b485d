/** How long everything that a study's results say takes to compute from its predictions, on one core. */
import { cellsOf, type Tested } from '../shared/analysis/cells.ts';
import { inferenceOf } from '../shared/analysis/inference.ts';
import { type Tally, talliesOf } from '../shared/analysis/tallies.ts';
import { Random } from '../shared/domain/random.ts';
import type { Arm } from '../shared/domain/study/arm.ts';
import { writeResult, writeTable } from './machine.ts';

const MAGNIFICATIONS = [40, 100, 200, 400];
const NETWORKS = 8;
const SEEDS = 3;
const IMAGES_PER_CASE = 6;
const CLASSES = ['benign', 'malignant'];
const REPEATS = 5;

export function run(): Promise<void> {
  const results = [14, 70].map(measured);
  writeResult('statistics', { results });
  const lines = [
    '# Statistics: seconds for all that a study says',
    '',
    `${NETWORKS} networks, ${MAGNIFICATIONS.length} train sets, ${SEEDS} seeds: ${NETWORKS * MAGNIFICATIONS.length * SEEDS} trials, each tested on`,
    `${MAGNIFICATIONS.length} magnifications of ${IMAGES_PER_CASE} images a case. "Metrics" are all metrics of every test and what intervals are made`,
    'from; "inference" all intervals, bootstraps of 10,000 draws and comparisons. One thread; median of',
    `${REPEATS} (lowest to highest).`,
    '',
    '| cases | metrics, s | inference, s |',
    '|---|---|---|',
    ...results.map(({ cases, metrics, inference }) => `| ${cases} | ${metrics} | ${inference} |`),
  ];
  writeTable('statistics', lines);
  console.log(lines.slice(-results.length).join('\n'));
  return Promise.resolve();
}

function measured(cases: number): { cases: number; metrics: string; inference: string } {
  const arms = armsOf();
  const predictions = arms.map((arm, i) => predictionsOf(arm, i, cases));
  const [metrics, inference]: number[][] = [[], []];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const tallies: Tally[] = [];
    metrics.push(
      seconds(() => {
        for (const [i, arm] of arms.entries()) {
          cellsOf({ ...arm, trial: String(i) }, predictions[i], CLASSES, CLASSES[1]);
          tallies.push(...talliesOf(arm, predictions[i], CLASSES, CLASSES[1]));
        }
      }),
    );
    inference.push(seconds(() => inferenceOf(tallies, { classes: CLASSES, positive: CLASSES[1], band: 0.03 })));
  }
  return { cases, metrics: spread(metrics), inference: spread(inference) };
}

function armsOf(): Arm[] {
  return Array.from({ length: NETWORKS }, (_, n) => `network ${n}`).flatMap((model) =>
    Array.from({ length: SEEDS }, (_, seed) => seed).flatMap((seed) =>
      MAGNIFICATIONS.map(
        (trainSet) => ({ ...{ model, scaling: 'crop', imageLevel: false, trainSet, fold: null, seed } }) as const,
      ),
    ),
  );
}

/** Right in most images, in fewer where the magnification differs. */
function predictionsOf({ trainSet }: Arm, seed: number, cases: number): Tested[] {
  const random = new Random(seed);
  return MAGNIFICATIONS.flatMap((magnification) =>
    Array.from({ length: cases * IMAGES_PER_CASE }, (_, i): Tested => {
      const number = Math.floor(i / IMAGES_PER_CASE);
      const truth = number % 3 === 0 ? 0 : 1;
      const right = random.next() < (trainSet === magnification ? 0.9 : 0.75);
      const predicted = right ? truth : 1 - truth;
      const margin = (predicted === 1 ? 1 : -1) * (0.1 + 3 * random.next());
      const view = { magnification, scale: 'native' as const };
      return { truth: CLASSES[truth], predicted: CLASSES[predicted], logits: [0, margin], case: `case ${number}`, view };
    }),
  );
}

function seconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)!].map((v) => v.toFixed(2));
  return `${middle} (${low} to ${high})`;
}
