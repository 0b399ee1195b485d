import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { LabEvent } from '../../shared/contract/events.ts';
import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { call } from '../api/index.ts';

/** The indexed data set of the open project. */
export const useDataset = defineStore('dataset', () => {
  const summary = shallowRef<IndexSummary | null>(null);
  /** grows with every new index, so that lists of images know to ask again */
  const version = shallowRef(0);

  async function load(): Promise<void> {
    summary.value = await call('dataset.summary', {});
    version.value++;
  }

  function clear(): void {
    summary.value = null;
    version.value++;
  }

  function hear(event: LabEvent): void {
    if (event.type === 'dataset') void load().catch(() => {});
  }

  return { summary, version, load, clear, hear };
});
