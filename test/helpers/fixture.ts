import { readdirSync, readFileSync } from 'node:fs';
import type { VarianceComponents } from '../../shared/analysis/statistics/variance-components.ts';
import { expect } from 'vitest';

const FOLDER = new URL('../fixtures/reference/', import.meta.url);

/** A fixture that test/reference/make.py wrote. */
export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as T;
}

/** What test/reference/make.py measured of a network. */
export interface NetworkReference {
  batch: number;
  /** height, width */
  size: [number, number];
  /** added to the formula's parameters, by suffix of their names */
  shift: Record<string, number>;
  /** of the ten steps */
  learningRate: number;
  logits: [number, number][];
  loss: number;
  gradientNorms: Record<string, number>;
  tenSteps: number[];
}

/** Names of the networks with fixtures: an id of the catalogue, where needed with the side or height x width of its input. */
export function networkNames(): string[] {
  return readdirSync(new URL('networks/', FOLDER))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

/** The id in the catalogue of a network with fixtures. */
export function networkId(name: string): string {
  return name.replace(/(?<=_test)_\d+(x\d+)?$/, '');
}

/** Metrics of the images of one test by scikit-learn; null where they are not defined. */
export type ReferenceMetrics = Readonly<
  Record<
    | ('tn' | 'fp' | 'fn' | 'tp' | 'accuracy' | 'sensitivity' | 'specificity' | 'balancedAccuracy' | 'precision' | 'f1')
    | ('macroF1' | 'mcc' | 'auc' | 'brier' | 'logLoss' | 'ece10' | 'majority'),
    number | null
  >
>;
type Ends = { readonly low95: number; readonly high95: number };
type ReferenceRate = Readonly<Record<'rate' | 'standardError' | 'effectiveImages' | 'low' | 'high', number>> & {
  readonly designEffect: number | null;
};
type ReferenceFlip = Readonly<Record<'statistic' | 'p' | 'nonZero' | 'smallestPossibleP', number>>;
type ReferenceT = Readonly<Record<'mean' | 'standardError' | 'low95' | 'high95' | 'low90' | 'high90', number>>;
type Summary = Readonly<Record<'diagonal' | 'off' | 'overall' | 'gap' | 'worst' | 'range' | 'retentionAboveChance', number>> & {
  readonly rowMeans: readonly number[];
};

interface ReferenceNetwork {
  readonly image: ReferenceMetrics;
  readonly calibration: { readonly intercept: number; readonly slope: number };
  readonly recognitionRate: number;
  readonly patient: Readonly<
    Record<'accuracy' | 'sensitivity' | 'specificity' | 'balancedAccuracy' | 'auc' | 'aucDeLongStandardError', number>
  >;
  readonly clusteredAuc: { readonly auc: number; readonly standardError: number };
  readonly kornGraubard: Readonly<Record<'accuracy' | 'sensitivity' | 'specificity', ReferenceRate>>;
  readonly bootstrap: Readonly<
    Record<'accuracy' | 'balancedAccuracy' | 'recognitionRate', Ends & { readonly standardError: number }>
  >;
}

/** What other programs say of small fixed data: test/fixtures/statistics. Malignant is 1, a margin above 0 answers malignant. */
export interface StatisticsReference {
  readonly oneCell: {
    readonly cases: Readonly<Record<string, 0 | 1>>;
    readonly images: readonly { readonly case: string; readonly truth: 0 | 1; readonly a: number; readonly b: number }[];
    /** numbers of cases */
    readonly resamples: readonly (readonly number[])[];
    readonly expected: Readonly<Record<'a' | 'b', ReferenceNetwork>> & {
      readonly difference: {
        readonly perCase: readonly number[];
        readonly signFlip: ReferenceFlip;
        readonly t: ReferenceT;
        readonly patientAucDeLong: { readonly difference: number; readonly z: number; readonly p: number };
      };
    };
  };
  readonly fourNetworks: {
    /** [case][network] */
    readonly perCaseAccuracy: readonly (readonly number[])[];
    readonly expected: {
      readonly band: number;
      readonly pairs: readonly {
        readonly a: number;
        readonly b: number;
        readonly signFlip: ReferenceFlip;
        readonly t: ReferenceT;
        readonly practicallyEqual: boolean;
        readonly holm: number;
      }[];
    };
  };
  readonly cube: {
    readonly cases: Readonly<Record<string, 0 | 1>>;
    readonly images: readonly { readonly test: number; readonly case: string; readonly images: number }[];
    readonly correct: readonly (Readonly<Record<'seed' | 'train' | 'test' | 'correct', number>> & {
      readonly network: 'a' | 'b';
      readonly case: string;
    })[];
    readonly resamples: readonly (readonly number[])[];
    readonly expected: {
      readonly networks: Readonly<
        Record<
          'a' | 'b',
          Readonly<Record<'accuracy' | 'balancedAccuracy' | 'recognitionRate', Summary>> & {
            readonly cells: Readonly<
              Record<
                string,
                Readonly<Record<'mean' | 'sd' | 'bestOfThree' | 'expectedBestOfTwo', number>> & {
                  readonly perSeed: readonly number[];
                }
              >
            >;
            readonly overallPerSeed: readonly number[];
            readonly overallBestOfThree: number;
            readonly optimism: number;
            readonly components: VarianceComponents;
          }
        >
      >;
      readonly bootstrapDifferenceBalanced: Readonly<Record<'gap' | 'overall' | 'retentionAboveChance', Ends>>;
      readonly gapDifference: { readonly perCase: readonly number[]; readonly signFlip: ReferenceFlip; readonly t: ReferenceT };
    };
  };
  readonly edges: Readonly<
    Record<
      string,
      { readonly truth: readonly (0 | 1)[]; readonly margin: readonly number[]; readonly expected: ReferenceMetrics }
    >
  >;
  readonly kornGraubardEdges: Readonly<Record<string, ReferenceRate>>;
}

export function statistics(): StatisticsReference {
  const file = new URL('../fixtures/statistics/fixtures.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as StatisticsReference;
}

/** Compares numbers, however deep, to 1e-9. */
export function expectEqual(actual: unknown, expected: unknown, tolerance = 1e-9): void {
  if (typeof expected === 'number') expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(tolerance);
  else if (expected === null || typeof expected !== 'object') expect(actual).toBe(expected);
  else {
    expect(Object.keys(actual as object).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(expected))
      expectEqual((actual as Readonly<Record<string, unknown>>)[key], value, tolerance);
  }
}
