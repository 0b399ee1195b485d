import { ref, type Ref, shallowRef, type ShallowRef } from 'vue';
import { asCallError, type CallError } from '../api/index.ts';

/** The one shape of asynchronous state. */
export interface Asynchronous<T, A extends unknown[]> {
  readonly state: ShallowRef<T>;
  readonly isLoading: Ref<boolean>;
  readonly error: ShallowRef<CallError | null>;
  /** Runs the work; an answer that a later run has overtaken is dropped. @returns undefined when it failed or was overtaken */
  execute(...args: A): Promise<T | undefined>;
}

export function useCall<T, A extends unknown[]>(work: (...args: A) => Promise<T>, initial: T): Asynchronous<T, A> {
  const state = shallowRef(initial) as ShallowRef<T>;
  const isLoading = ref(false);
  const error = shallowRef<CallError | null>(null);
  let latest = 0;

  async function execute(...args: A): Promise<T | undefined> {
    const own = ++latest;
    isLoading.value = true;
    try {
      const answer = await work(...args);
      if (own !== latest) return undefined;
      state.value = answer;
      error.value = null;
      return answer;
    } catch (thrown) {
      if (own === latest) error.value = asCallError(thrown);
      return undefined;
    } finally {
      if (own === latest) isLoading.value = false;
    }
  }
  return { state, isLoading, error, execute };
}
