import { promiseTimeout } from '@vueuse/core';
import { onScopeDispose } from 'vue';
import type { CallInput } from '../../shared/contract/api.ts';
import type { ImageSaliency } from '../../shared/contract/results.ts';
import { call, CallError } from '../api/index.ts';
import { useCall } from './useCall.ts';

/** The calls that ask where a network looked: in a test image of its trial, or in an image of no study. */
export type SaliencyCall = 'results.saliency' | 'try.saliency';

/** Whoever leafs through images faster than this asks about none of them. */
const SETTLE_MS = 250;
const MAX_KNOWN = 50;

/** Where a network looked in one image after another. A new question, or none, cancels the one that is being answered. */
export function useSaliency<N extends SaliencyCall>(name: N) {
  const known = new Map<string, ImageSaliency>();
  let latest = new AbortController();

  const { state, isLoading, error, execute } = useCall<ImageSaliency | null, [CallInput<N> | null]>(answer, null);

  async function answer(question: CallInput<N> | null): Promise<ImageSaliency | null> {
    latest.abort();
    const { signal } = (latest = new AbortController());
    if (!question) return null;
    const key = JSON.stringify(question);
    const before = known.get(key);
    if (before) return before;
    await promiseTimeout(SETTLE_MS);
    if (signal.aborted) return null; // overtaken: dropped
    const found: ImageSaliency = await call(name, question, { signal });
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value!);
    known.set(key, found);
    return found;
  }

  /** Asks about an image, or about none. */
  async function ask(question: CallInput<N> | null): Promise<void> {
    state.value = null;
    error.value = null;
    await execute(question);
  }

  /** The picture of an answer is gone: the lab kept it for a while. It is forgotten here too, so that asking again makes it anew. */
  function lose(question: CallInput<N> | null, message: string): void {
    known.delete(JSON.stringify(question));
    state.value = null;
    error.value = new CallError('not-found', message);
  }

  onScopeDispose(() => latest.abort());
  return { state, isLoading, error, ask, lose };
}
