import { watchDebounced } from '@vueuse/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { PlanCheck } from '../../shared/contract/calls/plans.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import type { Preset } from '../../shared/domain/study/presets/index.ts';
import { asCallError, call } from '../api/index.ts';
import { fieldProblems, type FieldProblem } from '../logic/field-problems.ts';

const CHECK_DELAY_MS = 250;

/** The plan being made: the draft, its preset's values as defaults, and what the lab says about it. */
export const usePlan = defineStore('plan', () => {
  const draft = ref<Plan | null>(null);
  const defaults = shallowRef<Plan | null>(null);
  const saved = shallowRef<{ name: string; modifiedAt: string }[]>([]);
  const savedText = shallowRef('');
  const check = shallowRef<PlanCheck | null>(null);
  /** of the draft as the lab checked it */
  const found = shallowRef<FieldProblem[]>([]);
  /** fields whose text could not be read: they are not in the draft */
  const unread = shallowRef<FieldProblem[]>([]);
  const problems = computed(() => [...unread.value, ...found.value]);
  const isChecking = ref(false);
  /** the draft that a preset replaced */
  const before = shallowRef<Plan | null>(null);
  let latest = 0;

  const isChanged = computed(() => draft.value !== null && JSON.stringify(draft.value) !== savedText.value);

  /** Takes up the draft of this project, else its plan "Demo" or newest plan, else the rigorous preset. */
  async function load(): Promise<void> {
    await list();
    const { draft: kept } = await call('plans.draft', {});
    if (kept) {
      const plan = kept as Plan;
      const file = saved.value.some((p) => p.name === plan.name) ? await call('plans.open', { name: plan.name }) : null;
      return take(plan, JSON.stringify(file));
    }
    const first = saved.value.find((plan) => plan.name === 'Demo') ?? saved.value[0];
    if (first) await open(first.name);
    else await applyPreset('rigorous');
  }

  function clear(): void {
    draft.value = defaults.value = check.value = before.value = null;
    found.value = unread.value = [];
    saved.value = [];
  }

  async function take(plan: Plan, text: string): Promise<void> {
    draft.value = plan;
    unread.value = [];
    before.value = null;
    savedText.value = text;
    defaults.value = await call('plans.preset', { preset: plan.protocol, name: plan.name });
  }

  /** Says why a field's text could not be read; null takes that back. */
  function refuse(field: string, message: string | null): void {
    unread.value = [...unread.value.filter((p) => p.field !== field), ...(message === null ? [] : [{ field, message }])];
  }

  async function list(): Promise<void> {
    saved.value = await call('plans.list', {});
  }

  async function open(name: string): Promise<void> {
    const plan = await call('plans.open', { name });
    await Promise.all([take(plan, JSON.stringify(plan)), list()]);
  }

  /** A preset's values under the draft's name. */
  async function applyPreset(preset: Preset): Promise<void> {
    const replaced = draft.value && (JSON.parse(JSON.stringify(draft.value)) as Plan);
    const plan = await call('plans.preset', { preset, name: draft.value?.name ?? 'Study 1' });
    await take(plan, '');
    before.value = replaced;
  }

  function undo(): void {
    if (before.value) void take(before.value, '');
  }

  async function save(): Promise<string> {
    const { path } = await call('plans.save', { plan: draft.value! });
    savedText.value = JSON.stringify(draft.value);
    await list();
    return path;
  }

  async function ask(): Promise<void> {
    const own = ++latest;
    const plan = draft.value;
    if (!plan) return;
    isChecking.value = true;
    try {
      const answer = await call('plans.check', { plan });
      if (own !== latest) return;
      check.value = answer;
      found.value = answer.problems;
    } catch (thrown) {
      if (own !== latest) return;
      found.value = fieldProblems(asCallError(thrown));
    } finally {
      if (own === latest) isChecking.value = false;
    }
  }

  function keep(): void {
    if (draft.value) call('plans.keepDraft', { draft: draft.value }).catch(() => {}); // a project that is open for reading
  }

  watch(
    draft,
    (plan) => {
      isChecking.value = plan !== null;
      keep(); // at once: a page that is left tells the lab nothing more for sure
    },
    { deep: true },
  );
  watchDebounced(draft, () => void ask(), { deep: true, debounce: CHECK_DELAY_MS });

  return {
    draft,
    defaults,
    saved,
    check,
    problems,
    isChecking,
    isChanged,
    before,
    load,
    clear,
    open,
    applyPreset,
    undo,
    save,
    refuse,
    ask,
  };
});
