import type { SplitPreview } from '../../shared/contract/calls/plans.ts';
import type { Part } from '../../shared/contract/dataset.ts';

/** In the order in which they are used. */
export const PARTS: readonly Part[] = ['train', 'validation', 'test'];

export interface StripSquare {
  /** the one part, "mixed" where a case's images lie in several, or null without images */
  readonly part: Part | 'mixed' | null;
  readonly images: readonly { readonly part: Part; readonly images: number }[];
}

interface StripCase {
  readonly case: string;
  readonly label: string;
  /** one per magnification */
  readonly squares: readonly StripSquare[];
}

export interface Strip {
  readonly magnifications: readonly number[];
  readonly cases: readonly StripCase[];
}

/** Cases in columns, magnifications in rows; class by class, and by part within a class. */
export function stripOf({ cases }: SplitPreview): Strip {
  const magnifications = [...new Set(cases.flatMap((c) => c.squares.map((s) => s.magnification)))].sort((a, b) => a - b);
  const rows = cases.map(({ case: name, label, squares }): StripCase => ({
    case: name,
    label,
    squares: magnifications.map((m) => {
      const images = squares.filter((s) => s.magnification === m);
      const part = images.length === 0 ? null : images.length === 1 ? images[0].part : 'mixed';
      return { part, images };
    }),
  }));
  return { magnifications, cases: rows.sort(byClassAndPart) };
}

function byClassAndPart(a: StripCase, b: StripCase): number {
  return a.label.localeCompare(b.label) || rank(a) - rank(b) || a.case.localeCompare(b.case, 'en', { numeric: true });
}

function rank({ squares }: StripCase): number {
  const found = new Set(squares.map((s) => s.part).filter((p) => p !== null));
  if (found.size !== 1) return PARTS.length;
  const [only] = found;
  return only === 'mixed' ? PARTS.length : PARTS.indexOf(only);
}
