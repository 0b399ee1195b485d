import { sum } from '../../shared/analysis/statistics/sum.ts';
import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { SUBTYPES } from '../../shared/domain/breakhis.ts';

interface CountsRow {
  readonly label: string;
  /** subtype code, or null for the sum of the class */
  readonly subtype: string | null;
  readonly name: string;
  /** one per magnification, then their sum */
  readonly images: readonly number[];
}

export interface CountsTable {
  readonly magnifications: readonly number[];
  readonly rows: readonly CountsRow[];
  readonly totals: readonly number[];
  /** the positive class and its share, one per magnification, then over all; null where no class is positive */
  readonly positive: { readonly label: string; readonly shares: readonly number[] } | null;
}

/** Images by class and subtype (rows) and magnification (columns). */
export function countsTable({ counts, tasks }: Pick<IndexSummary, 'counts' | 'tasks'>): CountsTable {
  const magnifications = [...new Set(counts.map((c) => c.magnification))].sort((a, b) => a - b);
  const line = (which: (c: (typeof counts)[number]) => boolean) => {
    const own = counts.filter(which);
    const each = magnifications.map((m) => sum(own.filter((c) => c.magnification === m).map((c) => c.images)));
    return [...each, sum(each)];
  };
  const [{ classes, positive }] = tasks;
  const rows = classes.flatMap((label): CountsRow[] => {
    const subtypes = [...new Set(counts.filter((c) => c.label === label && c.subtype).map((c) => c.subtype))].sort();
    return [
      { label, subtype: null, name: label, images: line((c) => c.label === label) },
      ...subtypes.map((code) => ({
        label,
        subtype: code,
        name: SUBTYPES.find((s) => s.code === code)?.name ?? code,
        images: line((c) => c.label === label && c.subtype === code),
      })),
    ];
  });
  const totals = line(() => true);
  const shares = line((c) => c.label === positive).map((n, i) => (totals[i] ? n / totals[i] : 0));
  return { magnifications, rows, totals, positive: positive === null ? null : { label: positive, shares } };
}
