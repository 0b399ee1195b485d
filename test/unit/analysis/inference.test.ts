import { describe, expect, it } from 'vitest';
import { answerOf, answerText } from '../../../shared/analysis/answer.ts';
import { type Cell, cellsOf, type Tested } from '../../../shared/analysis/cells.ts';
import { type Inference, squareInferenceOf } from '../../../shared/analysis/findings.ts';
import { inferenceOf } from '../../../shared/analysis/inference.ts';
import { areaInterval } from '../../../shared/analysis/statistics/area-interval.ts';
import { areaCovariance } from '../../../shared/analysis/statistics/delong.ts';
import { placementsOf } from '../../../shared/analysis/statistics/placements.ts';
import { tableOf } from '../../../shared/analysis/table.ts';
import { type Tally, talliesOf } from '../../../shared/analysis/tallies.ts';
import type { Arm } from '../../../shared/domain/study/arm.ts';
import { cubeTallies } from '../../helpers/statistics-cube.ts';
import fixtures from '../../fixtures/statistics/fixtures.json' with { type: 'json' };

const CLASSES = ['benign', 'malignant'];
const OPTIONS = { classes: CLASSES, positive: 'malignant', band: 0.03 };
const COUNTED = { ...OPTIONS, positive: null };
const armOf = (model: string, trainSet: number, seed: number, fold: number | null = null): Arm => ({
  ...{ model, scaling: 'crop', imageLevel: false, trainSet, fold, seed },
});

describe('the inference of a study', () => {
  const { cube } = fixtures;
  const tallies = cubeTallies();
  const inference = inferenceOf(tallies, COUNTED);
  const expected = cube.expected;

  it('compares losses per case as the reference does', () => {
    const { difference, p, smallestPossibleP, low90, high90 } = inference.comparisons.find(({ measure }) => measure === 'gap')!;
    const { t, signFlip } = expected.gapDifference;
    expect(difference.value).toBeCloseTo(t.mean, 9);
    expect([difference.low, difference.high, low90, high90].map((v, i) => v! - [t.low95, t.high95, t.low90, t.high90][i]).every((d) => Math.abs(d) < 1e-9)).toBe(true); // prettier-ignore
    expect([p, smallestPossibleP]).toEqual([signFlip.p, signFlip.smallestPossibleP]);
  });

  it.each(['a', 'b'] as const)('divides the spread of network %s among cases and seeds as the reference does', (network) => {
    const { seeds, retention } = inference.contenders.find(({ contender }) => contender === network)!;
    const reference = expected.networks[network].components as Record<string, number>;
    for (const [key, value] of Object.entries(seeds.components!)) expect(value, key).toBeCloseTo(reference[key], 9);
    expect(retention.value).toBeCloseTo(expected.networks[network].balancedAccuracy.retentionAboveChance, 9);
  });

  it('refuses a bootstrap over eight cases, and says so, while rates have their intervals', () => {
    const [{ retention, gap }] = inference.contenders;
    expect(retention).toMatchObject({ low: null, high: null, doubt: { code: 'too few' } });
    expect(gap.low).toBeLessThan(gap.high!);
    const square = squareInferenceOf(inference, 'a', 40, { magnification: 100, scale: 'native' })!;
    expect(square.metrics.balancedAccuracy!.low).toBeNull();
    expect(square.metrics.accuracy!.value).toBeCloseTo(expected.networks.a.cells['40->100'].mean, 9);
    expect(square.metrics.accuracy!.low).toBeLessThan(square.metrics.accuracy!.value!);
    expect(square.recalls.map(({ cases }) => cases)).toEqual([3, 5]);
  });

  it('is the same every time, and takes folds together where each tests other cases', () => {
    expect(inferenceOf(tallies, COUNTED)).toEqual(inference);
    const folded = tallies.flatMap((tally) =>
      [1, 2].map((fold) => ({ ...tally, fold, cases: tally.cases.filter((_, i) => i % 2 === fold - 1) })),
    );
    expect(inferenceOf(folded, COUNTED).comparisons).toEqual(inference.comparisons);
    expect(inferenceOf(folded, COUNTED).squares).toEqual(inference.squares);
  });
});

describe('the area under the ROC curve of a square', () => {
  it.each(['a', 'b'] as const)("has Obuchowski's interval (network %s)", (network) => {
    const { images, expected } = fixtures.oneCell;
    const view = { magnification: 40, scale: 'native' as const };
    const rows = images.map((image): Tested => {
      const predicted = CLASSES[image[network] > 0 ? 1 : 0];
      return { truth: CLASSES[image.truth], predicted, logits: [0, image[network]], case: image.case, view };
    });
    const { squares } = inferenceOf(talliesOf(armOf(network, 40, 0), rows, CLASSES, 'malignant'), OPTIONS);
    const { auc } = squares[0].metrics;
    const { auc: area, standardError } = expected[network].clusteredAuc;
    expect(auc!.value).toBeCloseTo(area, 9);
    const odds = (p: number) => Math.log(p / (1 - p));
    const reach = (odds(auc!.high!) - odds(auc!.low!)) / 2; // Student's with 4 degrees of freedom: five cases are benign
    expect(reach).toBeCloseTo((2.7764451051977934 * standardError) / (area * (1 - area)), 9);
  });
});

describe('the area under the ROC curve', () => {
  const { images } = fixtures.oneCell;
  const view = { magnification: 40, scale: 'native' as const };
  const rows = images.map((image): Tested => {
    const predicted = CLASSES[image.a > 0 ? 1 : 0];
    return { truth: CLASSES[image.truth], predicted, logits: [0, image.a], case: image.case, view };
  });
  const ofFolds = (folds: readonly (readonly Tested[])[]) => {
    const tallies = folds.flatMap((own, i) => talliesOf(armOf('a', 40, 0, i + 1), own, CLASSES, 'malignant'));
    return inferenceOf(tallies, OPTIONS).squares[0].metrics;
  };
  const whole = inferenceOf(talliesOf(armOf('a', 40, 0), rows, CLASSES, 'malignant'), OPTIONS).squares[0].metrics;

  it('is of all folds together where each tests other cases, as the metrics of the study are', () => {
    const names = [...new Set(rows.map((row) => row.case))];
    const folded = ofFolds([0, 1].map((fold) => rows.filter((row) => names.indexOf(row.case) % 2 === fold)));
    for (const metric of ['auc', 'patientAuc'] as const) {
      expect(folded[metric]!.value).toBeCloseTo(whole[metric]!.value!, 12);
      expect(folded[metric]!.low).toBeCloseTo(whole[metric]!.low!, 12);
    }
  });

  it('has no interval where folds test the same cases', () => {
    expect(ofFolds([rows, rows]).auc).toMatchObject({ value: whole.auc!.value, low: null, doubt: { code: 'overlap' } });
  });

  it("has DeLong's interval for patients", () => {
    const { areas, cases } = patientArea(rows);
    expect(whole.patientAuc).toMatchObject({ value: expect.closeTo(areas.area, 12), cases, method: 'delong' });
    const variance = areaCovariance(areas, areas)!;
    const { low, high } = areaInterval(areas.area, variance, Math.min(areas.positives.length, areas.negatives.length))!;
    expect([whole.patientAuc!.low, whole.patientAuc!.high]).toEqual([expect.closeTo(low, 12), expect.closeTo(high, 12)]);
  });

  /** Of mean scores per case. */
  function patientArea(images: readonly Tested[]) {
    const patients = [...Map.groupBy(images, (image) => image.case).values()];
    const means = patients.map((own) => own.reduce((sum, { logits }) => sum + logits[1], 0) / own.length);
    return { areas: placementsOf(means, patients.map(([{ truth }]) => truth === 'malignant'))!, cases: patients.length }; // prettier-ignore
  }
});

/**
 * Predictions of a network that answers a share of the cases rightly where it was trained, and another share elsewhere; which ones
 * depends on the network and the magnifications, so that cases differ.
 */
function trialsOf(networks: Record<string, readonly [same: number, other: number]>, cases: number, seeds: number) {
  const cells: Cell[] = [];
  const tallies: Tally[] = [];
  for (const [n, [model, [same, other]]] of Object.entries(networks).entries())
    for (let seed = 0; seed < seeds; seed++)
      for (const trainSet of [40, 100]) {
        const arm = armOf(model, trainSet, seed);
        const rows = [40, 100].flatMap((magnification) =>
          Array.from({ length: cases }, (_, i): Tested => {
            const truth = i % 2;
            const hard = ((i * 37 + n * 11 + seed * 5 + trainSet + 3 * magnification) % cases) / cases;
            const right = hard < (trainSet === magnification ? same : other);
            const predicted = right ? truth : 1 - truth;
            const logits = predicted === 1 ? [0, 1] : [1, 0];
            const view = { magnification, scale: 'native' as const };
            return { truth: CLASSES[truth], predicted: CLASSES[predicted], logits, case: `case ${i}`, view };
          }),
        );
        cells.push(...cellsOf({ ...arm, trial: `${model} ${trainSet} ${seed}` }, rows, CLASSES, 'malignant'));
        tallies.push(...talliesOf(arm, rows, CLASSES, 'malignant'));
      }
  return { cells, tallies };
}

function study(networks: Parameters<typeof trialsOf>[0], cases: number, seeds = 3) {
  const { cells, tallies } = trialsOf(networks, cases, seeds);
  return { table: tableOf(cells), inference: inferenceOf(tallies, OPTIONS) };
}

const name = (id: string) => id.toUpperCase();
const textOf = ({ table, inference }: { table: ReturnType<typeof tableOf>; inference: Inference }) =>
  answerText(answerOf(table, inference), name);

describe('the answer', () => {
  it('names the network that keeps its accuracy, with intervals, and those that keep less', () => {
    const text = textOf(study({ a: [0.9, 0.55], b: [0.85, 0.83] }, 40));
    expect(text).toMatch(
      /^B keeps its accuracy best: \d+\.\d % \(95 % interval \d+\.\d to \d+\.\d\) of its balanced accuracy above chance/,
    );
    expect(text).toMatch(/It keeps more than A \(.* points, 95 % interval .* more per case, p < 0\.001\)/);
    expect(text).toMatch(/This rests on 40 cases and 3 seeds\.$/);
  });

  it('does not deny that another loses fewer points', () => {
    const { table, inference } = study({ a: [0.9, 0.8] }, 40);
    const twin = { ...inference.contenders[0], contender: 'b' };
    const difference = { value: 0.06, low: 0.036, high: 0.084, method: 't', doubt: null, cases: 40 } as const;
    const pair = { measure: 'gap', first: 'a', second: 'b', cases: 40, difference, low90: 0.04, high90: 0.08 } as const;
    const both = [...table, ...table.map((row) => ({ ...row, model: 'b' }))];
    const comparisons = [{ ...pair, practicallyEqual: false, p: 1e-4, smallestPossibleP: 1e-9, holm: 1e-4 }];
    const told = textOf({ table: both, inference: { ...inference, contenders: [...inference.contenders, twin], comparisons } });
    expect(told).toMatch(/^No network can be said to keep its accuracy best/);
    expect(told).toMatch(/But it loses more points per case than B \(/);
    expect(told).not.toMatch(/cannot be told apart/);
  });

  it('is about networks, however a baseline was treated', () => {
    const { table, inference } = study({ a: [0.9, 0.55], colour_histogram: [0.85, 0.83] }, 40);
    const leaky = table.map((row) => (row.model === 'a' ? row : { ...row, imageLevel: true }));
    expect(textOf({ table: leaky, inference })).toMatch(/^A keeps \d/);
  });

  it('has no interval for what is kept where resamples are often at chance', () => {
    const [{ retention }] = study({ a: [0.58, 0.5] }, 40, 1).inference.contenders;
    expect(retention.value).not.toBeNull();
    expect(retention).toMatchObject({ low: null, high: null, doubt: { code: 'undefined' } });
  });

  it('calls nothing equal in practice where all cases agree: of the spread nothing is known', () => {
    const { tallies } = trialsOf({ a: [1, 1], b: [1, 1] }, 40, 1);
    const alike = inferenceOf(tallies, OPTIONS).comparisons;
    expect(alike.map(({ practicallyEqual }) => practicallyEqual)).toEqual([false, false]);
  });

  it('gives no order that the cases do not carry', () => {
    const text = textOf(study({ a: [0.9, 0.8], b: [0.9, 0.75] }, 14, 1));
    expect(text).toMatch(/^No network can be said to keep its accuracy best\. The highest number is that of [AB]: /);
    expect(text).toMatch(/cannot be told apart from [AB]\./);
    expect(text).toMatch(/This rests on 14 cases and one seed: so few cases make intervals wide.*another seed/);
  });

  it('says that no difference could be shown where p has a floor', () => {
    const text = textOf(study({ a: [1, 0.5], b: [1, 0.75] }, 4));
    expect(text).toMatch(/No difference could be shown here: with so few cases p cannot fall below/);
    expect(text).toMatch(/there is no interval for what is kept/);
  });

  it('calls networks the same in practice where they are', () => {
    const text = textOf(study({ a: [0.9, 0.8], b: [0.9, 0.8] }, 1, 1));
    expect(text).not.toMatch(/the same as/); // one case shows nothing
    const { table, inference } = study({ a: [0.9, 0.8] }, 40);
    const twin = { ...inference.contenders[0], contender: 'b' };
    const same = { value: 0, low: -0.01, high: 0.01, method: 't', doubt: null, cases: 40 } as const;
    const pair = { measure: 'gap', first: 'a', second: 'b', cases: 40, difference: same, low90: -0.008, high90: 0.008 } as const;
    const both = [...table, ...table.map((row) => ({ ...row, model: 'b' }))];
    const comparisons = [{ ...pair, practicallyEqual: true, p: 1, smallestPossibleP: 1e-9, holm: 1 }];
    const told = textOf({ table: both, inference: { ...inference, contenders: [...inference.contenders, twin], comparisons } });
    expect(told).toMatch(/B \(.*\) is the same as A in practice\./);
  });

  it('is refused where no network is above chance, leaves out one that is not, and needs a second magnification', () => {
    expect(textOf(study({ a: [0.5, 0.5], b: [0.5, 0.45] }, 40))).toMatch(/^No answer: .*hardly above the 50\.0 %.*A 50\.0 %/);
    expect(textOf(study({ a: [0.5, 0.5], b: [0.9, 0.8] }, 40))).toMatch(/^B keeps.*Not judged, .*: A \(50\.0 %\)/);
    expect(textOf(study({}, 10))).toMatch(/^No answer: that takes squares/);
  });

  it('says how wide intervals are where one magnification alone was tested', () => {
    const { tallies, cells } = trialsOf({ a: [0.9, 0.5], b: [0.8, 0.5] }, 14, 1);
    const one = (of: { trainSet: unknown; view: { magnification: number } }) =>
      of.trainSet === 40 && of.view.magnification === 40;
    const told = textOf({ table: tableOf(cells.filter(one)), inference: inferenceOf(tallies.filter(one), OPTIONS) });
    expect(told).toMatch(/^No answer: .* Accuracy per case is A \d+\.\d % \(95 % interval .*\) and B .*\. They cannot be told apart\. This rests on 14 cases, too few for narrow intervals\.$/); // prettier-ignore
  });
});
