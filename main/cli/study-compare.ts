import type { Command } from 'commander';
import { answerOf, answerText } from '../../shared/analysis/answer.ts';
import { squareName } from '../../shared/analysis/matrix.ts';
import { doubtText, estimateText, points } from '../../shared/analysis/estimates.ts';
import { differs } from '../../shared/analysis/findings.ts';
import { studyTable } from '../../shared/analysis/table.ts';
import type { StudyComparison } from '../../shared/contract/results.ts';
import { contenderName } from '../../shared/domain/study/arm.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { print, printJson } from './output.ts';
import { withProject } from './with-project.ts';

interface Options {
  project: string;
  json?: boolean;
  networks?: string[];
}

export function addCompare(study: Command): void {
  study
    .command('compare')
    .description(
      'put two studies of a project side by side: the settings and squares that differ, with intervals of the difference',
    )
    .argument('<first>', 'name of a study')
    .argument('<second>', 'name of another, or of the same with --networks')
    .requiredOption('--project <folder>', 'project folder')
    .option('--networks <ids...>', 'a network of the first and one of the second; by default all that both have')
    .option('--json', 'print as JSON')
    .action(async (first: string, second: string, { project, json, networks }: Options) => {
      if (networks && networks.length !== 2)
        throw new LabError('bad-input', '--networks takes two: one of the first study and one of the second.', {
          field: 'networks',
        });
      await withProject(project, {}, async (lab) => {
        const pair = networks as [string, string] | undefined;
        const found = await lab.services['results.compare']({ first, second, pair });
        if (json) return printJson(found);
        printComparison(first, second, found);
        for (const name of new Set([first, second])) {
          const results = await lab.services['results.study']({ study: name });
          print(`\n${name}: ${answerText(answerOf(studyTable(results), results.inference), contenderName)}`);
        }
      });
    });
}

function printComparison(first: string, second: string, { settings, sameTest, pairs, only }: StudyComparison): void {
  print(settings.length === 0 ? 'The plans are the same.' : 'What differs in the plans:');
  for (const { field, first: a, second: b } of settings) print(`  ${field}: ${shown(a)} | ${shown(b)}`);
  print(
    sameTest
      ? '\nBoth were tested on the same images.'
      : '\nThey were tested on different images: differences rest on the cases that both have tested.',
  );
  for (const [name, own] of [
    [first, only.first],
    [second, only.second],
  ] as const)
    // prettier-ignore
    if (own.length > 0) print(`Only ${name} has ${own.map(contenderName).join(', ')}.`);
  for (const { first: a, second: b, measures, squares } of pairs) {
    print(`\n${a === b ? contenderName(a) : `${contenderName(a)} | ${contenderName(b)}`}, points of accuracy per case, ${first} minus ${second}:`); // prettier-ignore
    print(`  all of the matrix: ${estimateText(measures.overall)}; loss elsewhere: ${estimateText(measures.gap)}`);
    const doubt = doubtText(measures.overall);
    if (doubt) print(`  ${doubt}`);
    const others = squares.filter(differs);
    for (const { trainSet, view, first: mine, second: yours, difference } of others)
      print(`  ${squareName({ train: trainSet, test: view })}: ${share(mine)} | ${share(yours)}, ${estimateText(difference)}`);
    if (others.length < squares.length) print(`  ${squares.length - others.length} of ${squares.length} squares are the same.`);
  }
}

const share = (value: number | null) => (value === null ? '\u2013' : points(value));

function shown(value: unknown): string {
  return value === undefined ? '-' : JSON.stringify(value);
}
