import { nextTick, ref } from 'vue';
import { useRouter } from 'vue-router';
import { withHolders } from '../logic/plan-fields.ts';

/** whether the settings that few change are shown */
const open = ref(false);

/** Shows the control of a field of the plan, wherever on the page it is. */
export function usePlanFields() {
  const router = useRouter();

  async function goTo(path: string): Promise<void> {
    if (path.startsWith('dataset.')) return void router.push({ name: 'data' });
    const place = withHolders(path)
      .map((own) => document.querySelector<HTMLElement>(`[data-field~="${own}"]`))
      .find((found) => found !== null);
    if (!place) return;
    open.value ||= place.closest('[data-details]') !== null;
    await nextTick();
    place.scrollIntoView({ block: 'center' });
    const control = ['input, select, textarea', 'button:not(.bare)'].map((kind) => place.querySelector<HTMLElement>(kind));
    control.find((found) => found !== null)?.focus({ preventScroll: true });
  }
  return { open, goTo };
}
