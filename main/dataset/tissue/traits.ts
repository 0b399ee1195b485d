import type { Random } from '../../../shared/domain/random.ts';
import { clamp01 } from './noise.ts';

/** How the cells and the stroma of a subtype look; lengths in um, the rest as shares of 1. */
export interface Traits {
  /** Mean radius of an epithelial nucleus. */
  readonly radius: number;
  /** Spread of that mean between cases: what makes the classes overlap. */
  readonly between: number;
  /** Coefficient of variation of the radius inside a case (pleomorphism). */
  readonly variation: number;
  /** How far outlines depart from an ellipse. */
  readonly irregular: number;
  /** Haematoxylin of nuclei (1 is ordinary). */
  readonly chroma: number;
  /** Clumping of chromatin, seen from 200x on. */
  readonly clumps: number;
  /** Radius of the nucleolus. */
  readonly nucleolus: number;
  /** Distance between nuclei, in sums of their radii: below 1 they overlap. */
  readonly spacing: number;
  /** Share of nuclei in division. */
  readonly mitoses: number;
  /** One row of nuclei near the basement membrane, with myoepithelium beneath, rather than a crowd. */
  readonly layered: boolean;
  /** Stromal nuclei per 1000 um2. */
  readonly stromal: number;
  /** Myxoid stroma: pale and loose (1) or dense collagen (0). */
  readonly myxoid: number;
  /** How far stroma shrinks away from nests in processing, at most, um. */
  readonly shrinks: number;
}

// Sizes follow what textbooks give: benign ductal nuclei 6-8 um across, high-grade ones 2-3 times a red cell (7 um), lobular
// and mucinous carcinoma bland and near benign size. That is why size alone cannot tell the classes apart.
const BENIGN = { variation: 0.08, irregular: 0.1, clumps: 0.6, nucleolus: 0.45, mitoses: 0, layered: true, shrinks: 0.9 };
const MALIGNANT = { irregular: 0.3, clumps: 0.75, layered: false, shrinks: 0 };
export const TRAITS: Readonly<Record<string, Traits>> = {
  A: { ...BENIGN, radius: 3.0, between: 0.45, chroma: 0.92, spacing: 1.04, stromal: 1.4, myxoid: 0.15 },
  F: { ...BENIGN, radius: 3.1, between: 0.45, chroma: 0.92, spacing: 1.02, stromal: 1.9, myxoid: 0.7 },
  PT: { ...BENIGN, radius: 3.2, between: 0.45, chroma: 0.95, spacing: 1.02, stromal: 3.2, myxoid: 0.45 },
  TA: { ...BENIGN, radius: 3.0, between: 0.4, chroma: 0.95, spacing: 0.96, stromal: 1.2, myxoid: 0.3 },
  DC: {
    ...MALIGNANT,
    shrinks: 2.2,
    radius: 4.6,
    between: 0.6,
    variation: 0.24,
    chroma: 1.05,
    nucleolus: 0.95,
    spacing: 0.97,
    mitoses: 0.014,
    stromal: 1.5,
    myxoid: 0.15,
  },
  LC: {
    ...MALIGNANT,
    shrinks: 1.2,
    radius: 3.55,
    between: 0.4,
    variation: 0.14,
    chroma: 1.05,
    nucleolus: 0.5,
    spacing: 1.0,
    mitoses: 0.005,
    stromal: 1.2,
    myxoid: 0.1,
  },
  MC: {
    ...MALIGNANT,
    radius: 3.65,
    between: 0.45,
    variation: 0.16,
    chroma: 1.0,
    nucleolus: 0.6,
    spacing: 1.08,
    mitoses: 0.006,
    stromal: 1.0,
    myxoid: 0.5,
  },
  PC: {
    ...MALIGNANT,
    radius: 4.1,
    between: 0.45,
    variation: 0.17,
    chroma: 1.08,
    nucleolus: 0.65,
    spacing: 0.98,
    mitoses: 0.012,
    stromal: 1.4,
    myxoid: 0.3,
  },
};

/** The traits of one case: those of its subtype, moved as patients differ. */
export function drawTraits(code: string, random: Random): Traits {
  const base = TRAITS[code];
  const factor = (spread: number) => Math.exp(random.normal(0, spread));
  return {
    ...base,
    radius: Math.max(2.5, random.normal(base.radius, base.between)),
    variation: base.variation * factor(0.25),
    irregular: base.irregular * factor(0.25),
    chroma: base.chroma * factor(0.1),
    clumps: clamp01(base.clumps * factor(0.2)),
    nucleolus: base.nucleolus * factor(0.2),
    spacing: base.spacing * factor(0.05),
    mitoses: base.mitoses * factor(0.5),
    stromal: base.stromal * factor(0.3),
    myxoid: clamp01(base.myxoid + random.normal(0, 0.12)),
  };
}
