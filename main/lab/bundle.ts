/** A report's folder as the beginning of a new study: its plan again, and which numbers come out the same. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Plan } from '../../shared/contract/plan.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { Table } from '../../shared/analysis/table.ts';
import { readPlan } from './plans.ts';

/** A number of a bundle, by what it is of. */
interface Told {
  readonly trial: string;
  /** trial, test, metric, class, answer */
  readonly key: string;
  readonly name: string;
  readonly value: number | null;
}

export interface Bundle {
  readonly plan: Plan;
  readonly numbers: readonly Told[];
}

export interface Agreement {
  /** of the trials that both have */
  readonly compared: number;
  readonly equal: number;
  /** those that differ, the largest difference first */
  readonly different: readonly { readonly name: string; readonly before: number | null; readonly now: number | null }[];
  /** in the bundle, not in the new study: trials that were left out or have not finished */
  readonly missing: number;
}

const NUMBERS = 'data/results_long.csv';

/** @throws LabError "not-found", "damaged-file" or "bad-input" that names what the folder lacks */
export async function readBundle(folder: string): Promise<Bundle> {
  for (const path of ['plan.json', NUMBERS])
    if (!existsSync(join(folder, path)))
      throw new LabError('not-found', `${folder} has no ${path}: give the folder of a report with its data ("magnilab report --format data").`, { field: 'from-bundle' }); // prettier-ignore
  const path = join(folder, NUMBERS);
  const rows = parse(await readFile(path, 'utf8'), { columns: true, bom: true, relax_column_count: true }) as Record<string, string>[]; // prettier-ignore
  const numbers = rows.map(toldOf);
  if (numbers.length === 0 || numbers.some((own) => own === null))
    throw new LabError('damaged-file', `${path} is not the table that Magnilab writes. Write the report again.`, { path });
  return { plan: await readPlan(join(folder, 'plan.json')), numbers: numbers.filter((own) => own !== null) };
}

function toldOf(row: Readonly<Partial<Record<string, string>>>): Told | null {
  const { trial, test_mag: magnification, view, metric, class: of, answer, value } = row;
  if (trial === undefined || value === undefined) return null;
  const place = [magnification, view, metric, of, answer].flatMap((field) => field ?? []);
  return place.length < 5 ? null : { trial, ...keyed(trial, place), value: value === '' ? null : Number(value) };
}

function keyed(trial: string, [magnification, view, metric, of, answer]: readonly string[]): { key: string; name: string } {
  const test = `${magnification}x${view === 'native' ? '' : ` ${view}`}`;
  return {
    key: JSON.stringify([trial, magnification, view, metric, of, answer]),
    name: [trial, test, metric, of, answer].filter((part) => part !== '').join(', '),
  };
}

/** What of a bundle a new study says again, to the last bit. */
export function agreementWith({ numbers }: Bundle, table: Table): Agreement {
  const now = new Map(
    table.map((row) => {
      const place = [row.view.magnification, row.view.scale, row.metric, row.class ?? '', row.answer ?? ''].map(String);
      return [keyed(row.trial, place).key, row.value];
    }),
  );
  const known = numbers.filter(({ key }) => now.has(key));
  const different = known
    .map(({ key, name, value }) => ({ name, before: value, now: now.get(key)! }))
    .filter((own) => own.before !== own.now)
    .sort((a, b) => distance(b) - distance(a));
  return { compared: known.length, equal: known.length - different.length, different, missing: numbers.length - known.length };
}

function distance({ before, now }: { before: number | null; now: number | null }): number {
  return before === null || now === null ? Infinity : Math.abs(before - now);
}
