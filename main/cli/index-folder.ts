import type { Command } from 'commander';
import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { isNote } from '../../shared/domain/problems.ts';
import { indexStandalone } from '../lab/datasets.ts';
import { log, print, printJson, Progress } from './output.ts';
import { withInterrupt } from './interrupt.ts';

interface Options {
  into?: string;
  verify?: boolean;
  csv?: string;
  json?: boolean;
}

const SHOWN_PROBLEMS = 20;

export function addIndex(program: Command): void {
  program
    .command('index')
    .description('read a folder of images; nothing in it is changed')
    .argument(
      '<folder>',
      'BreakHis in any layout, or a folder that --csv describes; or an archive of it (.zip, .tar.gz, .tgz, .tar)',
    )
    .option('--into <folder>', "where an archive's own folder is made (default: beside the archive)")
    .option('--verify', 'read every byte and compare with the published manifest')
    .option('--csv <file>', 'CSV file with the columns path, label, magnification, patient')
    .option('--json', 'print as JSON')
    .action(async (folder: string, { into, verify = false, csv, json }: Options) => {
      const progress = new Progress();
      const summary = await withInterrupt((signal) =>
        indexStandalone({ folder, into, csv, verify }, progress.task, signal),
      ).finally(() => progress.end());
      if (json) printJson(toJson(summary));
      else show(summary);
    });
}

function toJson({ images, byMagnification, counts, slides, cases, problems, manifest, synthetic, folder, csv }: IndexSummary) {
  return { images, byMagnification, slides, cases, problems, manifest, counts, synthetic, folder, csv };
}

function show({ images, byMagnification, slides, cases, problems, manifest, synthetic }: IndexSummary): void {
  print(`${images} images of ${slides} slides and ${cases} cases${synthetic ? ' (synthetic demo tissue)' : ''}`);
  if (images === 0) print('No image was found in this folder or below it: name the one that holds them.');
  const magnifications = Object.entries(byMagnification).sort(([a], [b]) => Number(a) - Number(b)); // of keys, whole numbers come first
  for (const [magnification, byClass] of magnifications) {
    const counts = Object.entries(byClass).map(([name, count]) => `${String(count).padStart(5)} ${name}`);
    print(`  ${`${magnification}x`.padStart(5)}  ${counts.join('  ')}`);
  }
  if (manifest) {
    const { present, expected, missing, changed, unknown, hashed } = manifest;
    print(
      `Published manifest: ${present} of ${expected} present, ${missing} missing, ${changed} changed, ${unknown} unknown${hashed ? '' : ' (names and sizes; --verify compares bytes)'}`,
    );
  }
  const notes = problems.filter(isNote);
  showProblems(
    problems.filter((problem) => !isNote(problem)),
    'problem',
  );
  showProblems(notes, 'note');
  if (problems.length > 0) log('');
}

function showProblems(problems: IndexSummary['problems'], what: 'problem' | 'note'): void {
  if (problems.length === 0) return;
  const first = problems.length > SHOWN_PROBLEMS ? `, the first ${SHOWN_PROBLEMS} (--json has all)` : '';
  print(`${problems.length} ${what}${problems.length === 1 ? '' : 's'}${first}:`);
  for (const { code, path, message } of problems.slice(0, SHOWN_PROBLEMS)) print(`  ${code}  ${path}\n      ${message}`);
}

/** What an index found beside its images, on stderr, for commands that have other things to print. */
export function logProblems(problems: IndexSummary['problems']): void {
  if (problems.length === 0) return;
  log(`The data set has ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}:`);
  for (const { message } of problems.slice(0, SHOWN_PROBLEMS)) log(`  ${message}`);
  if (problems.length > SHOWN_PROBLEMS) log(`  and ${problems.length - SHOWN_PROBLEMS} more; magnilab index FOLDER lists them`);
}
