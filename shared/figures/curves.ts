import type { ContenderCurves } from '../analysis/curves.ts';
import type { Figure, FigureSource, LineMarks } from './marks.ts';

const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Whether probabilities can be believed where the magnification has changed. */
export const reliability: Figure<LineMarks> = {
  id: 'reliability',
  caption:
    'How often the positive class was there (without one: how often the answer was right), against the probability that the network gave, in ten bins of all test images. On the diagonal probabilities are what they say.',
  marks: (source, nameOf) =>
    perNetwork(source, nameOf, {
      x: 'probability given, %',
      axis: 'came true, %',
      diagonal: 'probabilities that are what they say',
      pointsOf: ({ reliability: bins }) => bins.map(({ said, happened }) => ({ x: said, value: happened })),
    }),
};

/** How well images are ranked, whatever the threshold. */
export const roc: Figure<LineMarks> = {
  id: 'roc',
  caption:
    'Sensitivity against false positives for every threshold: mean of the curves of all tests at equal specificity. On the diagonal a network ranks by chance.',
  marks: (source, nameOf) =>
    perNetwork(source, nameOf, {
      x: 'false positives, % of the negative images',
      axis: 'sensitivity, %',
      diagonal: 'chance',
      pointsOf: ({ roc: points }) => points?.map(({ falsePositives, truePositives }) => ({ x: falsePositives, value: truePositives })) ?? [], // prettier-ignore
    }),
};

interface Kind {
  readonly x: string;
  readonly axis: string;
  readonly diagonal: string;
  pointsOf(curves: ContenderCurves): LineMarks['series'][number]['points'];
}

/** One drawing per network, a line for its own magnification and one for the others. */
function perNetwork(
  { inference }: FigureSource,
  nameOf: (id: string) => string,
  { x, axis, diagonal, pointsOf }: Kind,
): LineMarks[] {
  return [...Map.groupBy(inference.curves, ({ contender }) => contender)].flatMap(([contender, own]) => {
    const series = own
      .map((curves) => ({ name: curves.same ? 'same magnification' : 'other magnifications', points: pointsOf(curves) }))
      .filter(({ points }) => points.length > 0);
    if (series.length === 0) return [];
    const axes = { x: { name: x, ticks: TICKS, factors: false }, axis, level: null, diagonal };
    return [{ kind: 'lines' as const, title: nameOf(contender), series, ...axes }];
  });
}
