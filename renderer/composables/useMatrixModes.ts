import { computed, ref } from 'vue';
import { type EstimatedMetric, type Inference, squareInferenceOf } from '../../shared/analysis/findings.ts';
import type { Matrix } from '../../shared/analysis/matrix.ts';
import type { Metric } from '../../shared/analysis/metrics.ts';
import { chanceOf } from '../../shared/analysis/robustness.ts';
import { percent } from '../logic/format.ts';
import { type IntervalOf, MATRIX_MODES, type MatrixMode, type Scale } from '../logic/matrix-view.ts';
import { useLab } from '../stores/lab.ts';
import { t } from '../locales/texts.ts';

/** Matrices of a study in one metric, and what goes with them. */
export interface ShownMatrices {
  /** of all networks */
  readonly matrices: readonly Matrix[];
  readonly inference: Inference;
  readonly metric: Metric;
  readonly metricName: string;
  readonly scale: Scale;
  /** accuracy of the most frequent answer, by the name of the view */
  readonly majority: ReadonlyMap<string, number | null>;
  readonly selected: { readonly model: string; readonly train: string; readonly test: string } | null;
}

/** What matrices can show, and what they do: the modes that metric, seeds and networks have, and the words below them. */
export function useMatrixModes(shown: () => ShownMatrices) {
  const lab = useLab();
  const chosen = ref<MatrixMode>('value');
  const chance = computed(() => chanceOf(shown().metric, shown().inference.squares[0]?.recalls.length ?? 0));
  const seeds = computed(() => Math.max(1, ...shown().matrices.flatMap((matrix) => matrix.squares.flat().map(({ of }) => of))));
  const has: Readonly<Partial<Record<MatrixMode, () => boolean>>> = {
    best: () => seeds.value > 1,
    kept: () => chance.value !== null,
    rank: () => shown().matrices.length > 1,
  };
  const modes = computed(() =>
    MATRIX_MODES.filter((value) => has[value]?.() ?? true).map((value) => ({ value, label: t(`results.matrix.${value}`) })),
  );
  /** one that the metric has: another may have been shown before */
  const mode = computed({
    get: () => (modes.value.some(({ value }) => value === chosen.value) ? chosen.value : 'value'),
    set: (value: MatrixMode) => (chosen.value = value),
  });
  const legend = computed(() => {
    switch (mode.value) {
      case 'drop':
        return t('results.matrix.dropScale');
      case 'kept':
        return t('results.matrix.keptScale');
      case 'rank':
        return t('results.matrix.rankScale');
      case 'best':
        return t('results.matrix.bestScale', { n: seeds.value });
      default:
        return t('results.matrix.scale', { low: percent(shown().scale.low), high: percent(shown().scale.high) });
    }
  });
  /** Of one network's squares, in the metric that is shown. */
  const intervalsOf =
    (model: string): IntervalOf =>
    ({ train, test }) => {
      const found = squareInferenceOf(shown().inference, model, train, test)?.metrics[shown().metric as EstimatedMetric];
      return found?.low == null || found.high == null ? null : { low: found.low, high: found.high };
    };
  /** What `MatrixTable` shows of one network. */
  const tableOf = (matrix: Matrix) => ({
    matrix,
    model: lab.modelName(matrix.model),
    metricName: shown().metricName,
    mode: mode.value,
    scale: shown().scale,
    majority: shown().majority,
    chance: chance.value,
    rivals: shown().matrices,
    intervalOf: intervalsOf(matrix.model),
    selected: shown().selected?.model === matrix.model ? shown().selected : null,
  });
  return { mode, modes, legend, tableOf };
}
