import type { Command } from 'commander';
import { answerOf, answerText } from '../../shared/analysis/answer.ts';
import { estimateText } from '../../shared/analysis/estimates.ts';
import { studyTable } from '../../shared/analysis/table.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import type { StudyResults } from '../../shared/contract/results.ts';
import { contenderName } from '../../shared/domain/study/arm.ts';
import { print, printJson } from './output.ts';
import { withProject } from './with-project.ts';

interface Side {
  readonly name: string;
  readonly plan: Plan;
  readonly splits: readonly string[];
  readonly results: StudyResults;
}

interface Difference {
  readonly field: string;
  readonly first: unknown;
  readonly second: unknown;
}

export function addCompare(study: Command): void {
  study
    .command('compare')
    .description('put two studies of a project side by side: what differs in their plans, and their numbers')
    .argument('<first>', 'name of a study')
    .argument('<second>', 'name of another')
    .requiredOption('--project <folder>', 'project folder')
    .option('--json', 'print as JSON')
    .action(async (first: string, second: string, { project, json }: { project: string; json?: boolean }) => {
      await withProject(project, {}, async (lab) => {
        const side = async (name: string): Promise<Side> => {
          const { plan, splits } = await lab.queue.study(name);
          const results = await lab.services['results.study']({ study: name });
          return { name, plan, splits: splits.map(({ sha256 }) => sha256), results };
        };
        const sides = [await side(first), await side(second)] as const;
        const differences = planDifferences(sides[0].plan, sides[1].plan);
        const sameTest = sides[0].splits.join() === sides[1].splits.join();
        if (json) printJson({ differences, sameTest, first: sides[0].results.inference, second: sides[1].results.inference });
        else printComparison(sides, differences, sameTest);
      });
    });
}

/** Every field of the plans whose values differ, by its path; names of studies aside. */
export function planDifferences(first: unknown, second: unknown, path = ''): Difference[] {
  if (path === 'name' || JSON.stringify(first) === JSON.stringify(second)) return [];
  const [a, b] = [fieldsOf(first), fieldsOf(second)];
  if (!a || !b) return [{ field: path, first, second }];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => planDifferences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}

function fieldsOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

function printComparison(sides: readonly [Side, Side], differences: readonly Difference[], sameTest: boolean): void {
  const [first, second] = sides;
  print(differences.length === 0 ? 'The plans are the same.' : 'What differs in the plans:');
  for (const { field, first, second } of differences) print(`  ${field}: ${shown(first)} | ${shown(second)}`);
  print(
    sameTest
      ? '\nBoth were tested on the same cases.'
      : '\nThey were tested on different cases: their numbers cannot be compared case by case.',
  );
  const names = [...new Set(sides.flatMap(({ results }) => results.inference.contenders.map(({ contender }) => contender)))];
  print(`\n${'per case, % (95 % interval)'.padEnd(42)}${first.name.padEnd(28)}${second.name}`);
  for (const name of names)
    for (const measure of ['overall', 'gap', 'retention'] as const) {
      const own = sides.map(({ results }) => results.inference.contenders.find(({ contender }) => contender === name)?.[measure]);
      const [a, b] = own.map((estimate) => (estimate ? estimateText(estimate) : '-'));
      print(`${`${contenderName(name)}, ${LABELS[measure]}`.padEnd(42)}${a.padEnd(28)}${b}`);
    }
  for (const { name, results } of sides) {
    print(`\n${name}: ${answerText(answerOf(studyTable(results), results.inference), contenderName)}`);
  }
}

const LABELS = { overall: 'accuracy', gap: 'loss', retention: 'kept above chance' } as const;

function shown(value: unknown): string {
  return value === undefined ? '-' : JSON.stringify(value);
}
