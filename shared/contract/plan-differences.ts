/** A field whose value is not the same in two plans, by its path: "training.epochs". What a plan lacks is undefined. */
export interface PlanDifference {
  readonly field: string;
  readonly first: unknown;
  readonly second: unknown;
}

/** What a study is about and from what data: two studies of one design differ in them. */
const ASKED = ['name', 'dataset', 'format', 'protocol', 'task', 'models', 'trainSets', 'testMagnifications'];

/** Every field of the plans whose values differ; names of studies aside. */
export function planDifferences(first: unknown, second: unknown, path = ''): PlanDifference[] {
  if (path === 'name' || JSON.stringify(first) === JSON.stringify(second)) return [];
  const [a, b] = [fieldsOf(first ?? {}), fieldsOf(second ?? {})];
  if (!a || !b || !(fieldsOf(first) ?? fieldsOf(second))) return [{ field: path, first, second }];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => planDifferences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}

/** The fields in which a plan departs from its preset, whatever it asks about. */
export function departures(plan: object, preset: object): PlanDifference[] {
  return planDifferences(plan, preset).filter(({ field }) => !ASKED.includes(field.split('.')[0]));
}

function fieldsOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}
