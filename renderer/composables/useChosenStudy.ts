import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { StudySummary } from '../../shared/contract/results.ts';
import { useStudies } from '../stores/studies.ts';

/**
 * The study that a screen shows: named in the address, else the running one, else the newest. Survives a reload.
 * @param hasSomething whether a screen has something to show of a study: of others it shows none while there is one
 */
export function useChosenStudy(hasSomething: (study: StudySummary) => boolean = () => true) {
  const [studies, route, router] = [useStudies(), useRoute(), useRouter()];
  const study = computed(() => {
    const all = studies.studies;
    const list = all.filter(hasSomething);
    const named = all.find((s) => s.name === route.query.study);
    return named ?? list.find((s) => s.state === 'running') ?? list.at(-1) ?? all.at(-1) ?? null;
  });
  const name = computed({
    get: () => study.value?.name ?? '',
    set: (to: string) => void router.replace({ query: { study: to } }),
  });
  const options = computed(() => studies.studies.toReversed().map((s) => ({ value: s.name, label: s.name })));
  return { study, name, options };
}
