import { useThrottleFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, shallowRef, triggerRef } from 'vue';
import type { LabEvent } from '../../shared/contract/events.ts';
import type { StudySummary } from '../../shared/contract/results.ts';
import type { Epoch } from '../../shared/contract/trial.ts';
import { call } from '../api/index.ts';
import { afterMessage, type LiveTrial } from '../logic/live-trial.ts';
import { queueOf } from '../../shared/domain/study/queue.ts';

/** Ten times a second is as often as a person can read a number. */
const REFRESH_MS = 100;

/** The studies of the open project, and what their trials say while they run. */
export const useStudies = defineStore('studies', () => {
  const studies = shallowRef<StudySummary[]>([]);
  /** before, nothing is said of what there is not */
  const isLoaded = shallowRef(false);
  const live = shallowRef(new Map<string, LiveTrial>());
  const histories = shallowRef(new Map<string, Epoch[]>());

  const trials = computed(() => studies.value.flatMap((study) => study.trials));
  const queue = computed(() => queueOf(studies.value));
  const runningTrial = computed(() => trials.value.find((trial) => trial.state === 'running') ?? null);

  const refresh = useThrottleFn(
    () => {
      triggerRef(live);
      triggerRef(histories);
    },
    REFRESH_MS,
    true, // the last one counts
    false,
  );

  async function load(): Promise<void> {
    studies.value = await call('studies.list', {});
    isLoaded.value = true;
  }

  function clear(): void {
    isLoaded.value = false;
    studies.value = [];
    live.value = new Map();
    histories.value = new Map();
  }

  function take(study: StudySummary): void {
    const known = studies.value.some((s) => s.name === study.name);
    studies.value = known ? studies.value.map((s) => (s.name === study.name ? study : s)) : [...studies.value, study];
    for (const trial of study.trials) if (trial.state !== 'running') live.value.delete(trial.id);
  }

  function hear(event: LabEvent): void {
    if (event.type === 'study') take(event.study);
    if (event.type !== 'trial') return;
    const { trial, message } = event;
    live.value.set(trial, afterMessage(live.value.get(trial), message));
    const history = histories.value.get(trial);
    if (message.type === 'epoch' && history) {
      const before = history.filter((row) => row.epoch < message.row.epoch);
      histories.value.set(trial, [...before, message.row]);
    }
    void refresh();
  }

  /** Gives the order in which the studies of the queue run. */
  async function order(names: readonly string[]): Promise<void> {
    for (const study of await call('studies.order', { studies: [...names] })) take(study);
  }

  /** Loads the epochs of a trial; new ones are added while it runs. */
  async function loadHistory(trial: string): Promise<void> {
    const history = await call('trials.history', { trial });
    histories.value.set(trial, history);
    triggerRef(histories);
  }

  return { studies, isLoaded, trials, queue, runningTrial, live, histories, load, clear, take, hear, order, loadHistory };
});
