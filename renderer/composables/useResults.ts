import { computed, ref, type Ref, watch } from 'vue';
import type { StudyResults, StudySummary } from '../../shared/contract/results.ts';
import { matricesOf } from '../../shared/analysis/matrix.ts';
import type { Metric } from '../../shared/analysis/metrics.ts';
import { studyTable } from '../../shared/analysis/table.ts';
import { majorityOf } from '../../shared/figures/matrices.ts';
import { call } from '../api/index.ts';
import { scaleOf } from '../logic/matrix-view.ts';
import { t } from '../locales/texts.ts';
import { useCall } from './useCall.ts';

const NONE: StudyResults = { cells: [], pooled: [], inference: { curves: [], squares: [], contenders: [], comparisons: [] } };

/** The results of a study, asked for again whenever one more of its trials has finished. */
export function useResults(study: Ref<StudySummary | null>) {
  const metric = ref<Metric>('accuracy');
  const results = useCall((name: string) => call('results.study', { study: name }), NONE);
  const finished = computed(() => study.value?.trials.filter((t) => t.state === 'finished').length ?? 0);
  watch(
    [() => study.value?.name, finished], // an array of its own would be another one at every event
    ([name]) => {
      if (name) void results.execute(name);
    },
    { immediate: true },
  );
  const cells = computed(() => results.state.value.cells);
  const table = computed(() => studyTable(results.state.value));
  const inference = computed(() => results.state.value.inference);
  const matrices = computed(() => matricesOf(table.value, metric.value));
  const rescaled = computed(() => matricesOf(table.value, metric.value, 'rescaled'));
  const scale = computed(() => scaleOf(matrices.value));
  const majority = computed(() => majorityOf(table.value));
  const metricName = computed(() => t(`metrics.${metric.value}.name`));
  return { metric, metricName, results, cells, table, inference, finished, matrices, rescaled, scale, majority };
}
