import { CallError } from '../api/index.ts';
import { t } from '../locales/texts.ts';
import { useNotify } from './useNotify.ts';

/** Puts a text on the clipboard. @returns whether it is there; why not is told */
export function useCopyText() {
  const { fail } = useNotify();
  return async (text: string): Promise<boolean> => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      fail(new CallError('not-available', t('common.copyFailed')));
      return false;
    }
  };
}
