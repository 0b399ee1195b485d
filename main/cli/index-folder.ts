import type { Command } from 'commander';
import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { indexStandalone } from '../lab/datasets.ts';
import { log, print, printJson, Progress } from './output.ts';
import { withInterrupt } from './interrupt.ts';

interface Options {
  verify?: boolean;
  csv?: string;
  json?: boolean;
}

const SHOWN_PROBLEMS = 20;

export function addIndex(program: Command): void {
  program
    .command('index')
    .description('index a folder of images; nothing in it is changed')
    .argument('<folder>', 'BreakHis in any layout, or a folder that --csv describes')
    .option('--verify', 'read every byte and compare with the published manifest')
    .option('--csv <file>', 'CSV file with the columns path, label, magnification, patient')
    .option('--json', 'print as JSON')
    .action(async (folder: string, { verify = false, csv, json }: Options) => {
      const progress = new Progress();
      const summary = await withInterrupt((signal) => indexStandalone({ folder, csv, verify }, progress.task, signal)).finally(
        () => progress.end(),
      );
      if (json) printJson(toJson(summary));
      else show(summary);
    });
}

function toJson({ images, byMagnification, counts, slides, cases, problems, manifest, synthetic, folder, csv }: IndexSummary) {
  return { images, byMagnification, slides, cases, problems, manifest, counts, synthetic, folder, csv };
}

function show({ images, byMagnification, slides, cases, problems, manifest, synthetic }: IndexSummary): void {
  print(`${images} images of ${slides} slides and ${cases} cases${synthetic ? ' (synthetic demo tissue)' : ''}`);
  for (const [magnification, byClass] of Object.entries(byMagnification)) {
    const counts = Object.entries(byClass).map(([name, count]) => `${String(count).padStart(5)} ${name}`);
    print(`  ${`${magnification}x`.padStart(5)}  ${counts.join('  ')}`);
  }
  if (manifest) {
    const { present, expected, missing, changed, unknown, hashed } = manifest;
    print(
      `Published manifest: ${present} of ${expected} present, ${missing} missing, ${changed} changed, ${unknown} unknown${hashed ? '' : ' (names and sizes; --verify compares bytes)'}`,
    );
  }
  if (problems.length === 0) return;
  print(
    `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}${problems.length > SHOWN_PROBLEMS ? `, the first ${SHOWN_PROBLEMS} (--json has all)` : ''}:`,
  );
  for (const { code, path, message } of problems.slice(0, SHOWN_PROBLEMS)) print(`  ${code}  ${path}\n      ${message}`);
  log('');
}

/** What an index found beside its images, on stderr, for commands that have other things to print. */
export function logProblems(problems: IndexSummary['problems']): void {
  if (problems.length === 0) return;
  log(`The data set has ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}:`);
  for (const { message } of problems.slice(0, SHOWN_PROBLEMS)) log(`  ${message}`);
  if (problems.length > SHOWN_PROBLEMS) log(`  and ${problems.length - SHOWN_PROBLEMS} more; magnilab index FOLDER lists them`);
}
