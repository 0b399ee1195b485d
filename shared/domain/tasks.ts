/** Which classes a study tells apart. Classes are data: a data set has them, no code names them. */
import { classOfSubtype, isMalignancy, MALIGNANCY, SUBTYPES } from './breakhis.ts';

/**
 * Ways to divide a data set into classes: "malignancy" (benign, malignant), "subtype" (the eight of BreakHis), "label" (those of
 * a table of one's own).
 */
export const TASKS = ['malignancy', 'subtype', 'label'] as const;
export type TaskId = (typeof TASKS)[number];

export const FEWEST_CLASSES = 2;
export const MOST_CLASSES = 50;

export interface Task {
  readonly id: TaskId;
  /** in the order of the logits */
  readonly classes: readonly string[];
  /** the class that sensitivity and the like are about; null where no class is special */
  readonly positive: string | null;
}

/** An image as far as its class is concerned. */
export interface Labelled {
  /** class by name or table */
  readonly label: string;
  /** BreakHis subtype code, or "" for other data */
  readonly subtype: string;
}

/** The tasks that a data set offers, the usual one first. */
export function tasksOf(images: readonly Labelled[]): Task[] {
  const labels = [...new Set(images.map(({ label }) => label))];
  if (!labels.every(isMalignancy)) return [{ id: 'label', classes: labels.sort(inOrder), positive: null }];
  const codes = new Set(images.map(({ subtype }) => subtype));
  const classes = SUBTYPES.filter(({ code }) => codes.has(code)).map(({ folder }) => folder);
  const whole = images.every(({ subtype }) => subtype !== '');
  return [
    MALIGNANCY,
    ...(whole && classes.length >= FEWEST_CLASSES ? [{ id: 'subtype', classes, positive: null } as const] : []),
  ];
}

/** @returns null where the data set has no such task */
export function findTask(images: readonly Labelled[], id: TaskId): Task | null {
  return tasksOf(images).find((task) => task.id === id) ?? null;
}

/** The class of an image under a task. */
export function classOf({ label, subtype }: Labelled, task: TaskId): string {
  return task === 'subtype' ? (classOfSubtype(subtype) ?? label) : label;
}

/** "2" before "10"; the same on every machine. */
function inOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : 1);
}
const collator = new Intl.Collator('en', { numeric: true });
