import { ref } from 'vue';
import { asCallError, type CallError } from '../api/index.ts';

interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'success';
  /** shown as it is; null for errors, whose text is chosen by the code */
  readonly text: string | null;
  readonly error: CallError | null;
}

const notices = ref<Notice[]>([]);
let next = 1;

/** Short notes at the edge of the window. Errors stay until they are closed. */
export function useNotify() {
  function close(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  }
  function fail(thrown: unknown): void {
    const error = asCallError(thrown);
    if (error.code === 'disconnected' || error.code === 'cancelled') return; // shown elsewhere, or asked for
    if (notices.value.some((n) => n.error?.message === error.message)) return;
    notices.value.push({ id: next++, kind: 'error', text: null, error });
  }
  function tell(text: string): void {
    const id = next++;
    notices.value.push({ id, kind: 'success', text, error: null });
    setTimeout(() => close(id), 5000);
  }
  return { notices, fail, tell, close };
}
