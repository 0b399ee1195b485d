import type { ErrorEnvelope } from '../../shared/contract/errors.ts';
import type { IndexProgress } from '../dataset/index-folder.ts';

/** What the lab tells a compute thread. Cancelling is a wish: what has no signal to look at goes on, and its answer is dropped. */
export type ToThread =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly type: 'cancel'; readonly id: number };

/** What a compute thread tells the lab: for every call progress if it has any, then one answer. */
export type FromThread =
  | { readonly type: 'progress'; readonly id: number; readonly progress: IndexProgress }
  | { readonly type: 'value'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorEnvelope };

/** What a function may use beside its input. */
export interface Context {
  readonly signal: AbortSignal;
  readonly tell: (progress: IndexProgress) => void;
}
