import type { Component } from 'vue';
import { type ScreenId, screens } from '../../shared/contract/screens.ts';

export interface ScreenParts {
  readonly view: () => Promise<{ readonly default: Component }>;
  /** from components/icons.ts, or `decorative` of another picture of the same set */
  readonly icon: Component;
}

const found = import.meta.glob<ScreenParts>('../views/*.screen.ts', { import: 'parts', eager: true });

/** The view and the picture of every screen of shared/contract/screens.ts, from renderer/views/<id>.screen.ts. */
export const screenParts = Object.fromEntries(screens.map(({ id }) => [id, found[`../views/${id}.screen.ts`]])) as Readonly<
  Record<ScreenId, ScreenParts>
>;
