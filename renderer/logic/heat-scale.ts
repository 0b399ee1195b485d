import { heatColour } from '../../shared/figures/heat-colours.ts';

/** The colours of heat maps as CSS images, as they lie over tissue: from nothing to what spoke most for a class. */
export const FOR_SCALE = gradient(0, 1);

const HATCH = 'repeating-linear-gradient(135deg, transparent 0 3px, rgb(243 228 236 / 55%) 3px 6px)';
/** From what spoke most against it, hatched, to nothing. */
export const AGAINST_SCALE = `${HATCH}, ${gradient(-1, 0)}`;

function gradient(from: number, to: number): string {
  const stops = Array.from({ length: 11 }, (_, i) => heatColour(from + ((to - from) * i) / 10));
  const colours = stops.map(({ rgb, alpha }) => `rgb(${rgb.join(' ')} / ${Math.round(100 * alpha)}%)`);
  return `linear-gradient(to right, ${colours.join(', ')})`;
}
