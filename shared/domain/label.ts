/** The two classes, in the order of the logits: index 0 is benign, index 1 is malignant (the positive class). */
export const LABELS = ['benign', 'malignant'] as const;
export type Label = (typeof LABELS)[number];

export function labelIndex(label: Label): number {
  return LABELS.indexOf(label);
}
