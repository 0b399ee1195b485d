import { CallError } from '../api/index.ts';
import { t } from '../locales/texts.ts';
import { useNotify } from './useNotify.ts';

/** Puts a text on the clipboard, and says that it is there. */
export function useCopyText() {
  const { tell, fail } = useNotify();
  return (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => tell(t('common.copiedText')),
      () => fail(new CallError('not-available', t('results.matrix.copyFailed'))),
    );
}
