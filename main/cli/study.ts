import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { TrialSummary } from '../../shared/contract/results.ts';
import { createLab, type Lab, type LabOptions } from '../lab/lab.ts';
import { indexIntoProject } from '../lab/datasets.ts';
import { requireOutsideData } from '../lab/outside-data.ts';
import { logProblems } from './index-folder.ts';
import { readPlan } from '../lab/plans.ts';
import { chooseStudy } from './choose-study.ts';
import { jobsOption } from './jobs.ts';
import { duration, log, print, printJson, Progress } from './output.ts';
import { ensureRuntime } from './runtime.ts';
import { runStudy, showStudy } from './run-study.ts';

const ENGINES = ['xla', 'session', 'eager'];

interface Options {
  project: string;
  failed?: boolean;
  engine?: string;
  jobs: number;
  json?: boolean;
}

export function addStudy(program: Command): void {
  const study = program.command('study').description('run, resume and watch studies');

  study
    .command('run')
    .description('run a plan: index, split, train, test on every magnification')
    .argument('<plan>', 'plan file (docs/plan.md)')
    .requiredOption('--project <folder>', 'project folder; created when it does not exist')
    .addOption(engineOption())
    .addOption(jobsOption())
    .option('--json', 'print the results as JSON')
    .action(async (file: string, { project, engine, jobs, json }: Options) => {
      const given = await readPlan(resolve(file));
      const folder = resolve(dirname(resolve(file)), given.dataset.folder); // relative to the plan
      const csv = given.dataset.csv && resolve(dirname(resolve(file)), given.dataset.csv);
      const list = given.split.file && { file: resolve(dirname(resolve(file)), given.split.file) };
      const plan = { ...given, dataset: { folder, ...(csv && { csv }) }, split: { ...given.split, ...list } };
      await requireOutsideData(resolve(project), folder, 'project');
      await ensureRuntime();
      await withProject(project, { create: true, engine, jobs }, async (lab) => {
        await indexFor(lab, folder, csv);
        const { warnings } = await lab.services['plans.check']({ plan });
        for (const { message } of warnings) log(`Warning: ${message}`);
        await runStudy(lab, await lab.services['studies.start']({ plan }), json ?? false);
      });
    });

  study
    .command('resume')
    .description('go on with an interrupted study, after the last finished epoch')
    .argument('[name]', 'which study (default: the last one)')
    .requiredOption('--project <folder>', 'project folder')
    .option('--failed', 'run trials again that have failed, too')
    .addOption(engineOption())
    .addOption(jobsOption())
    .option('--json', 'print the results as JSON')
    .action(async (name: string | undefined, { project, failed, engine, jobs, json }: Options) => {
      await ensureRuntime();
      await withProject(project, { engine, jobs }, async (lab) => {
        const { name: chosen } = await chooseStudy(lab, name);
        await runStudy(lab, await lab.services['studies.resume']({ study: chosen, failed }), json ?? false);
      });
    });

  study
    .command('status')
    .description('say how the trials of a study stand')
    .argument('[name]', 'which study (default: the last one)')
    .requiredOption('--project <folder>', 'project folder')
    .option('--json', 'print as JSON')
    .action(async (name: string | undefined, { project, json }: Options) => {
      await withProject(project, {}, async (lab) => {
        const summary = await chooseStudy(lab, name);
        if (json) return printJson(summary);
        print(`${summary.name}: ${summary.state}`);
        for (const t of summary.trials)
          print(
            `  ${t.id.padEnd(44)} ${t.state.padEnd(12)} epoch ${t.epoch}/${t.epochs}  ${duration(t.trainingSeconds)}${testedText(t)}${t.error ? `  ${t.error.message}` : ''}`,
          );
        await showStudy(lab, summary);
      });
    });
}

/** Which epoch's weights are tested, once that is known. */
function testedText({ selection, testedEpoch, testedValidationAccuracy: accuracy, epoch, epochs }: TrialSummary): string {
  if (testedEpoch === null || (selection === 'last' && epoch < epochs)) return '';
  const rule = selection === 'last' || accuracy === null ? 'the last' : 'the best on validation';
  const validated = accuracy === null ? '' : `, validation ${(100 * accuracy).toFixed(1)} %`;
  return `  tested epoch ${testedEpoch + 1} (${rule}${validated})`;
}

function engineOption(): Option {
  return new Option('--engine <engine>', 'how steps are computed (default: what measures fastest)').choices(ENGINES);
}

async function withProject(
  folder: string,
  { create = false, ...options }: { create?: boolean } & Pick<LabOptions, 'engine' | 'jobs'>,
  work: (lab: Lab) => Promise<void>,
): Promise<void> {
  const lab = createLab({ door: 'browser', ...options });
  try {
    if (create && !existsSync(folder)) await lab.session.create(resolve(folder));
    else await lab.session.openFolder(folder);
    await work(lab);
  } finally {
    await lab.close();
  }
}

/** Indexes the plan's data set into the project; incremental when it was indexed before. */
async function indexFor(lab: Lab, folder: string, csv: string | undefined): Promise<void> {
  const progress = new Progress();
  try {
    const input = { folder, csv: csv ?? null, verify: false }; // the plan decides, whatever was indexed before
    const { problems } = await indexIntoProject(lab.session, input, progress.task);
    progress.end();
    logProblems(problems);
  } finally {
    progress.end();
  }
}
