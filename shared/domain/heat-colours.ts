/**
 * Colours of a heat map on stained tissue: from clear through blue-green to yellow. Lightness (OKLab: Ottosson, "A perceptual
 * color space for image processing", 2020) rises evenly, so that the order is seen in grey and by every eye; the hues are those
 * that haematoxylin and eosin leave free; what is cold lets the tissue through.
 */

export interface HeatColour {
  /** sRGB, 0 to 255 */
  readonly rgb: readonly [number, number, number];
  /** 0: clear, 1: opaque */
  readonly alpha: number;
}

const LIGHTNESS = [0.42, 0.93] as const;
const HUE = [235, 105] as const; // degrees: blue, yellow
const CHROMA = 0.15;
const ALPHA = 0.75;
/** below this share nothing is drawn, above that the layer is as dense as it gets */
const CLEAR = 0.08;
const DENSE = 0.75;

/** @param share 0: nothing, 1: the most */
export function heatColour(share: number): HeatColour {
  const mix = ([from, to]: readonly [number, number]) => from + (to - from) * share;
  const rise = Math.min(1, Math.max(0, (share - CLEAR) / (DENSE - CLEAR)));
  return { rgb: srgb(mix(LIGHTNESS), CHROMA, (mix(HUE) * Math.PI) / 180), alpha: ALPHA * rise * rise * (3 - 2 * rise) };
}

/** OKLCh to sRGB; what lies outside is clipped. @param hue in radians */
function srgb(lightness: number, chroma: number, hue: number): [number, number, number] {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((v) => {
    const x = Math.min(1, Math.max(0, v));
    return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
  }) as [number, number, number];
}
