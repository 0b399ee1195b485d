import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { useStudies } from '../stores/studies.ts';

/** The study that a screen shows: named in the address, else the running one, else the newest. Survives a reload. */
export function useChosenStudy() {
  const [studies, route, router] = [useStudies(), useRoute(), useRouter()];
  const study = computed(() => {
    const list = studies.studies;
    return list.find((s) => s.name === route.query.study) ?? list.find((s) => s.state === 'running') ?? list.at(-1) ?? null;
  });
  const name = computed({
    get: () => study.value?.name ?? '',
    set: (to: string) => void router.replace({ query: { study: to } }),
  });
  const options = computed(() => studies.studies.toReversed().map((s) => ({ value: s.name, label: s.name })));
  return { study, name, options };
}
