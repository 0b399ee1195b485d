import { useIntervalFn } from '@vueuse/core';
import { onScopeDispose, shallowRef, watch } from 'vue';
import type { LogPart } from '../../shared/contract/trial.ts';
import { call } from '../api/index.ts';
import { useCall } from './useCall.ts';

/** How often it is asked for more of a log that grows, ms. */
const FOLLOW_MS = 1_500;
/** More than this is not kept: the end is what is looked at, and the file has all of it. */
const MOST_CHARACTERS = 1_000_000;

const NONE: LogPart = { path: '', size: 0, from: 0, to: 0, text: '' };

/**
 * A trial's log: its end first, earlier parts when they are asked for, and what is written meanwhile.
 * @param shown null: none is shown, nothing is asked for
 * @param grows whether the trial runs
 */
export function useTrialLog(shown: () => string | null, grows: () => boolean) {
  const part = shallowRef<LogPart>(NONE);
  const asked = useCall(
    (trial: string, place: { before?: number; after?: number }) => call('trials.log', { trial, ...place }),
    NONE,
  );

  async function ask(place: { before?: number; after?: number }): Promise<LogPart | null> {
    const trial = shown();
    const answer = trial === null ? undefined : await asked.execute(trial, place);
    return answer && trial === shown() ? answer : null;
  }

  async function load(): Promise<void> {
    part.value = (await ask({})) ?? part.value;
  }

  async function earlier(): Promise<void> {
    const { from, to, text } = part.value;
    const before = await ask({ before: from });
    if (before && part.value.from === from) part.value = { ...before, to, text: before.text + text };
  }

  /** What was written since; a file that has become shorter is another one. */
  async function follow(): Promise<void> {
    if (asked.isLoading.value) return;
    const { path, from, to, text } = part.value;
    if (path === '') return load(); // it could not be read before
    const more = await ask({ after: to });
    if (!more || part.value.to !== to) return;
    if (more.size < to) await load();
    else if (more.to > to) part.value = shortened({ ...more, from, text: text + more.text });
  }

  const following = useIntervalFn(() => void follow(), FOLLOW_MS, { immediate: false });
  watch(
    shown,
    (trial) => {
      part.value = NONE;
      if (trial !== null) void load();
    },
    { immediate: true },
  );
  watch(
    () => shown() !== null && grows(),
    (now, before) => {
      if (now) return following.resume();
      following.pause();
      if (before && shown() !== null) void follow(); // its last words
    },
    { immediate: true },
  );
  onScopeDispose(following.pause);
  return { part, error: asked.error, isLoading: asked.isLoading, earlier };
}

/** Without its beginning, by whole lines, where it has grown too long. */
function shortened(part: LogPart): LogPart {
  if (part.text.length <= MOST_CHARACTERS) return part;
  const cut = part.text.indexOf('\n', part.text.length - MOST_CHARACTERS / 2) + 1;
  return { ...part, from: part.from + new TextEncoder().encode(part.text.slice(0, cut)).length, text: part.text.slice(cut) };
}
