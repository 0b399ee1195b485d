/** How a test set is shown to a network. */
import { type Magnification, magnificationName } from '../magnification.ts';
import type { TrainSet } from './train-set.ts';

/** "native": as it was recorded, whatever was trained on. */
export const VIEW_SCALES = ['native'] as const;
export type ViewScale = (typeof VIEW_SCALES)[number];

export interface View {
  readonly magnification: Magnification;
  readonly scale: ViewScale;
}

/** Unique among views, and as people read it: "40x", or "40x <scale>" where it is not the native one. */
export function viewName({ magnification, scale }: View): string {
  const name = magnificationName(magnification);
  return scale === VIEW_SCALES[0] ? name : `${name} ${scale}`;
}

export function compareViews(a: View, b: View): number {
  return a.magnification - b.magnification || VIEW_SCALES.indexOf(a.scale) - VIEW_SCALES.indexOf(b.scale);
}

/** Whether a network is tested where it was trained; null where it was trained on more than one magnification. */
export function isSame(trainSet: TrainSet, view: Pick<View, 'magnification'>): boolean | null {
  return typeof trainSet === 'number' ? trainSet === view.magnification : null;
}
