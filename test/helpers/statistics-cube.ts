import { binSums } from '../../shared/analysis/calibration.ts';
import type { CaseTally, Tally } from '../../shared/analysis/tallies.ts';
import fixtures from '../fixtures/statistics/fixtures.json' with { type: 'json' };

export const CUBE_CLASSES = ['benign', 'malignant'];
const MAGNIFICATIONS = [40, 100];

/** The fixture of two networks "a" and "b" from three seeds on two magnifications, as tallies of cases. */
export function cubeTallies(): Tally[] {
  const { cube } = fixtures;
  const labels = cube.cases as Record<string, number>;
  return ['a', 'b'].flatMap((model) =>
    [0, 1, 2].flatMap((seed) =>
      MAGNIFICATIONS.flatMap((trainSet) =>
        MAGNIFICATIONS.map((test): Tally => {
          const own = cube.correct.filter(
            (c) => c.network === model && c.seed === seed && c.train === trainSet && c.test === test,
          );
          const cases = own.map(({ case: name, correct }): CaseTally => {
            const { images } = cube.images.find((i) => i.test === test && i.case === name)!;
            const place = (value: number) => CUBE_CLASSES.map((_, c) => (c === labels[name] ? value : 0));
            return { case: name, images: place(images), right: place(correct), answer: 0 };
          });
          const arm = { model, scaling: 'crop', imageLevel: false, trainSet, fold: null, seed } as const;
          return { ...arm, view: { magnification: test, scale: 'native' }, cases, ranked: null, bins: binSums([], []) };
        }),
      ),
    ),
  );
}
