import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { TrialSummary } from '../../shared/contract/results.ts';
import { requireOutsideData } from '../lab/outside-data.ts';
import { chooseStudy } from './choose-study.ts';
import { jobsOption } from './jobs.ts';
import { duration, log, print, printJson } from './output.ts';
import { ensureRuntime } from './runtime.ts';
import { addCompare } from './study-compare.ts';
import { addPlanning, placedPlan } from './study-plan.ts';
import { indexFor, withProject } from './with-project.ts';
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
  const study = program.command('study').description('plan, run, resume and watch studies');
  addPlanning(study);
  addCompare(study);

  study
    .command('run')
    .description('run a plan: index, split, train, test on every magnification')
    .argument('<plan>', 'plan file (docs/plan.md)')
    .requiredOption('--project <folder>', 'project folder; created when it does not exist')
    .addOption(engineOption())
    .addOption(jobsOption())
    .option('--json', 'print the results as JSON')
    .action(async (file: string, { project, engine, jobs, json }: Options) => {
      const plan = await placedPlan(file);
      await requireOutsideData(resolve(project), plan.dataset.folder, 'project');
      await ensureRuntime();
      await withProject(project, { create: true, engine, jobs }, async (lab) => {
        await indexFor(lab, plan.dataset.folder, plan.dataset.csv);
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
