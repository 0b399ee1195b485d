/**
 * Colours of a heat map on stained tissue: from clear through green to yellow where something spoke for a class, from clear
 * through blue to azure where it spoke against. Lightness (OKLab: Ottosson, "A perceptual color space for image processing",
 * 2020) rises evenly with heat; the hues are those that haematoxylin and eosin leave free; what is cold lets the tissue through.
 * Which side a colour belongs to is also said by hatching.
 */

export interface HeatColour {
  /** sRGB, 0 to 255 */
  readonly rgb: readonly [number, number, number];
  /** 0: clear, 1: opaque */
  readonly alpha: number;
}

/** OKLCh from nothing to the most; hues in degrees. */
interface Ramp {
  readonly lightness: readonly [number, number];
  readonly hue: readonly [number, number];
  readonly chroma: number;
}

const FOR: Ramp = { lightness: [0.5, 0.93], hue: [190, 105], chroma: 0.15 };
const AGAINST: Ramp = { lightness: [0.4, 0.75], hue: [265, 235], chroma: 0.14 };
const ALPHA = 0.75;
/** Shares of the most: below the first nothing is drawn, above the second the layer is as dense as it gets. */
const [CLEAR, DENSE] = [0.08, 0.75];

/** @param heat -1: the most against, 0: nothing, 1: the most for */
export function heatColour(heat: number): HeatColour {
  const { lightness, hue, chroma } = heat < 0 ? AGAINST : FOR;
  const share = Math.abs(heat);
  const mix = ([from, to]: readonly [number, number]) => from + (to - from) * share;
  const rise = Math.min(1, Math.max(0, (share - CLEAR) / (DENSE - CLEAR)));
  return { rgb: srgb(mix(lightness), chroma, (mix(hue) * Math.PI) / 180), alpha: ALPHA * rise * rise * (3 - 2 * rise) };
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
