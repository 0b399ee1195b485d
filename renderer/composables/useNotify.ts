import { ref, shallowRef } from 'vue';
import { asCallError, type CallError } from '../api/index.ts';

/** What can be done about a notice, e.g. undo what it tells. */
interface NoticeAction {
  readonly text: string;
  readonly run: () => void;
}

interface Notice {
  readonly id: number;
  readonly kind: 'error' | 'success';
  /** shown as it is; null for errors, whose text is chosen by the code */
  readonly text: string | null;
  readonly error: CallError | null;
  readonly action: NoticeAction | null;
  /** until it goes by itself, ms */
  left: number;
}

/** An error that was told, when. */
interface ToldError {
  readonly id: number;
  readonly at: Date;
  readonly error: CallError;
}

/** How long notices stay, ms: one that can be undone or is an error longer. */
const STAYS = { success: 6_000, action: 12_000, error: 20_000 } as const;
const TICK_MS = 250;
const KEPT_ERRORS = 50;

const notices = ref<Notice[]>([]);
/** the last first: a notice goes by itself, what it said can still be read */
const errors = shallowRef<readonly ToldError[]>([]);
/** whether somebody points at them or has the keyboard there: none goes meanwhile */
const held = ref(false);
let next = 1;
let timer: ReturnType<typeof setInterval> | null = null;

/** Time passes for what can be read: not while somebody is at it, nor behind a dialog. */
function tick(): void {
  if (held.value || document.querySelector('[aria-modal=true]')) return;
  for (const notice of notices.value) notice.left -= TICK_MS;
  keep((notice) => notice.left > 0);
}

function keep(which: (notice: Notice) => boolean): void {
  notices.value = notices.value.filter(which);
  if (notices.value.length > 0 || timer === null) return;
  clearInterval(timer);
  timer = null;
}

function show(notice: Omit<Notice, 'id'>): number {
  const id = next++;
  notices.value.push({ id, ...notice });
  timer ??= setInterval(tick, TICK_MS);
  return id;
}

/** Short notes at the edge of the window, below dialogs. They go by themselves; the last errors are kept. */
export function useNotify() {
  function close(id: number): void {
    keep((notice) => notice.id !== id);
  }
  function fail(thrown: unknown): void {
    const error = asCallError(thrown);
    if (error.code === 'disconnected' || error.code === 'cancelled') return; // shown elsewhere, or asked for
    const shown = notices.value.find((notice) => notice.error?.message === error.message);
    if (shown) {
      shown.left = STAYS.error;
      return;
    }
    const id = show({ kind: 'error', text: null, error, action: null, left: STAYS.error });
    errors.value = [{ id, at: new Date(), error }, ...errors.value].slice(0, KEPT_ERRORS);
  }
  /** @param action what can be done about it, by a button; the notice goes with it */
  function tell(text: string, action: NoticeAction | null = null): void {
    show({ kind: 'success', text, error: null, action, left: action ? STAYS.action : STAYS.success });
  }
  return { notices, errors, held, fail, tell, close };
}
