import { CallError } from '../api/index.ts';
import { useNotify } from './useNotify.ts';
import { t } from '../locales/texts.ts';

/** Puts a table on the clipboard as text with tabs and, where it can, as HTML. */
export function useCopyTable() {
  const { tell, fail } = useNotify();
  return async (text: string, table: HTMLElement | null) => {
    try {
      const html = table?.outerHTML;
      if (html && typeof ClipboardItem !== 'undefined')
        await navigator.clipboard.write([
          new ClipboardItem({
            'text/plain': new Blob([text], { type: 'text/plain' }),
            'text/html': new Blob([html], { type: 'text/html' }),
          }),
        ]);
      else await navigator.clipboard.writeText(text);
      tell(t('common.copied'));
    } catch {
      fail(new CallError('not-available', t('results.matrix.copyFailed')));
    }
  };
}
