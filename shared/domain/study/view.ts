/** How a test set is shown to a network. */
import { type Magnification, magnificationName, micrometresPerPixel } from '../magnification.ts';
import { magnificationsOf, type TrainSet } from './train-set.ts';

/**
 * "native": as it was recorded, whatever was trained on. "rescaled": shown at the pixel size of the training images; there is none
 * where several magnifications were trained on.
 */
export const VIEW_SCALES = ['native', 'rescaled'] as const;

/**
 * The scale curve's steps, half an octave apart: the images of one magnification, magnified digitally. Factor 1 is the native view.
 */
export const CURVE_STEPS = [
  { scale: 'x0.25', factor: 2 ** -2 },
  { scale: 'x0.35', factor: 2 ** -1.5 },
  { scale: 'x0.5', factor: 2 ** -1 },
  { scale: 'x0.71', factor: 2 ** -0.5 },
  { scale: 'native', factor: 1 },
  { scale: 'x1.41', factor: 2 ** 0.5 },
  { scale: 'x2', factor: 2 },
  { scale: 'x2.83', factor: 2 ** 1.5 },
  { scale: 'x4', factor: 2 ** 2 },
] as const;

export type ViewScale = (typeof VIEW_SCALES)[number] | (typeof CURVE_STEPS)[number]['scale'];

/** Every scale, in the order in which views of one magnification are listed. */
export const ALL_SCALES: readonly ViewScale[] = [
  ...VIEW_SCALES,
  ...CURVE_STEPS.map(({ scale }) => scale).filter((scale) => scale !== 'native'),
];

export interface View {
  readonly magnification: Magnification;
  readonly scale: ViewScale;
}

/** What a study tests: see the plan's fields of the same names. */
export interface Tested {
  readonly testMagnifications: readonly Magnification[];
  readonly views: readonly (typeof VIEW_SCALES)[number][];
  /** magnification of the scale curve; null without one */
  readonly scaleCurve: Magnification | null;
}

/** The views that networks of a train set are tested on, ascending. */
export function viewsOf({ testMagnifications, views, scaleCurve }: Tested, trainSet: TrainSet): View[] {
  const shown = views.filter((scale) => scale === 'native' || typeof trainSet === 'number');
  const steps = CURVE_STEPS.filter(({ scale }) => scale !== 'native' || !shown.includes('native'));
  return [
    ...testMagnifications.flatMap((magnification) => shown.map((scale) => ({ magnification, scale }))),
    ...(scaleCurve === null ? [] : steps.map(({ scale }) => ({ magnification: scaleCurve, scale }))),
  ].sort(compareViews);
}

/**
 * How much larger than natively a view shows tissue to a network: 2 where a cell covers twice as many pixels across.
 * @param trainSet of the network
 */
export function zoomOf({ magnification, scale }: View, trainSet: TrainSet): number {
  if (scale !== 'rescaled') return CURVE_STEPS.find((step) => step.scale === scale)!.factor;
  const [trained] = magnificationsOf(trainSet, []);
  return micrometresPerPixel(magnification) / micrometresPerPixel(trained);
}

/** Unique among views, and as people read it: "40x", "40x rescaled", "100x x0.5". */
export function viewName({ magnification, scale }: View): string {
  const name = magnificationName(magnification);
  return isNative({ scale }) ? name : `${name} ${scale}`;
}

export function compareViews(a: View, b: View): number {
  return a.magnification - b.magnification || ALL_SCALES.indexOf(a.scale) - ALL_SCALES.indexOf(b.scale);
}

/** Whether images are shown as they were recorded: means and answers are about such views. */
export function isNative({ scale }: Pick<View, 'scale'>): boolean {
  return scale === 'native';
}

/** Whether it is a step of the scale curve alone: a point of a line, not a test of its own. */
export function isCurveStep({ scale }: Pick<View, 'scale'>): boolean {
  return !VIEW_SCALES.some((own) => own === scale);
}

/** Whether a network is tested where it was trained; null where it was trained on more than one magnification. */
export function isSame(trainSet: TrainSet, view: Pick<View, 'magnification'>): boolean | null {
  return typeof trainSet === 'number' ? trainSet === view.magnification : null;
}
