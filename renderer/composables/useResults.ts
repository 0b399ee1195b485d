import { computed, ref, type Ref, watch } from 'vue';
import type { StudySummary } from '../../shared/contract/results.ts';
import { matricesOf } from '../../shared/analysis/matrix.ts';
import type { Metric } from '../../shared/analysis/metrics.ts';
import { tableOf } from '../../shared/analysis/table.ts';
import { majorityOf } from '../../shared/figures/matrices.ts';
import { call } from '../api/index.ts';
import { scaleOf } from '../logic/matrix-view.ts';
import { t } from '../locales/texts.ts';
import { useCall } from './useCall.ts';

/** The results of a study, asked for again whenever one more of its trials has finished. */
export function useResults(study: Ref<StudySummary | null>) {
  const metric = ref<Metric>('accuracy');
  const cells = useCall((name: string) => call('results.cells', { study: name }), []);
  const finished = computed(() => study.value?.trials.filter((t) => t.state === 'finished').length ?? 0);
  watch(
    () => [study.value?.name, finished.value] as const,
    ([name]) => {
      if (name) void cells.execute(name);
    },
    { immediate: true },
  );
  const table = computed(() => tableOf(cells.state.value));
  const matrices = computed(() => matricesOf(table.value, metric.value));
  const scale = computed(() => scaleOf(matrices.value));
  const majority = computed(() => majorityOf(table.value));
  const metricName = computed(() => t(`metrics.${metric.value}.name`));
  return { metric, metricName, cells, table, finished, matrices, scale, majority };
}
