import { ref } from 'vue';
import type { CallInput } from '../../shared/contract/api.ts';
import { call } from '../api/index.ts';
import { useLab } from '../stores/lab.ts';
import { useNotify } from './useNotify.ts';

/** Asks for a path: by the native dialog where the door has one, else by the page's own chooser (`shown` opens it). */
export function usePathChoice(purpose: CallInput<'files.choose'>['purpose'], take: (path: string) => void) {
  const lab = useLab();
  const { fail } = useNotify();
  const shown = ref(false);

  async function ask(): Promise<void> {
    if (!lab.info?.nativeDialogs) {
      shown.value = true;
      return;
    }
    try {
      const { path } = await call('files.choose', { purpose });
      if (path !== null) take(path);
    } catch (error) {
      fail(error);
    }
  }
  return { shown, ask, take };
}
