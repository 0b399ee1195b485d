/** Objective magnification, e.g. 40 for 40x. BreakHis has four; other data sets may have others. */
export type Magnification = number;

/** The magnifications of BreakHis, in ascending order. */
export const BREAKHIS_MAGNIFICATIONS = [40, 100, 200, 400] as const;

/** Pixel size in micrometres at each BreakHis magnification (Spanhol et al., IEEE TBME 63(7), 2016). */
export const MICROMETRES_PER_PIXEL: Readonly<Record<number, number>> = { 40: 0.49, 100: 0.2, 200: 0.1, 400: 0.05 };

/** A camera of which nothing is known is taken to have pixels as large as BreakHis's at 100x, 200x and 400x. */
const MICROMETRES_AT_1X = 20;

/** Size of a pixel: published for BreakHis, else in inverse proportion to the magnification. Scales are quotients of two of them. */
export function micrometresPerPixel(magnification: Magnification): number {
  return MICROMETRES_PER_PIXEL[magnification] ?? MICROMETRES_AT_1X / magnification;
}

/** 100 -> "100x" */
export function magnificationName(magnification: Magnification): string {
  return `${magnification}x`;
}
