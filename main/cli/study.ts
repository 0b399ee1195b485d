import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { studyTable } from '../../shared/analysis/table.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { type Plan, trialsOf } from '../../shared/contract/plan.ts';
import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import { agreementWith, type Bundle, readBundle } from '../lab/bundle.ts';
import type { Lab } from '../lab/lab.ts';
import { requireOutsideData } from '../lab/outside-data.ts';
import { chooseStudy } from './choose-study.ts';
import { collected } from './collected.ts';
import { jobsOption } from './jobs.ts';
import { duration, log, print, printJson } from './output.ts';
import { ensureRuntime } from './runtime.ts';
import { addCompare } from './study-compare.ts';
import { addPlanning, placedPlan } from './study-plan.ts';
import { indexFor, withProject } from './with-project.ts';
import { runStudy, showStudy } from './run-study.ts';

const ENGINES = ['xla', 'session', 'eager'];

interface RunOptions extends Options {
  fromBundle?: string;
  data?: string;
  csv?: string;
  trial?: string[];
}

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
    .argument('[plan]', 'plan file (docs/plan.md)')
    .option('--from-bundle <folder>', "run the plan of a report's folder again, and say which numbers agree")
    .option('--data <folder>', 'with --from-bundle: where the images are (default: where they were)')
    .option('--csv <file>', 'with --from-bundle: where the table of the images is (default: where it was)')
    .option('--trial <id>', 'only this trial; again for each further one', collected)
    .requiredOption('--project <folder>', 'project folder; created when it does not exist')
    .addOption(engineOption())
    .addOption(jobsOption())
    .option('--json', 'print the results as JSON')
    .action(async (file: string | undefined, { project, engine, jobs, json, trial, ...source }: RunOptions) => {
      const { plan, bundle } = await planOf(file, source);
      await requireOutsideData(resolve(project), plan.dataset.folder, 'project');
      await ensureRuntime();
      await withProject(project, { create: true, engine, jobs }, async (lab) => {
        await indexFor(lab, plan.dataset.folder, plan.dataset.csv);
        requireTrials(plan, trial ?? []);
        const { warnings } = await lab.services['plans.check']({ plan });
        for (const { message } of warnings) log(`Warning: ${message}`);
        const started = await lab.services['studies.start']({ plan });
        const only = trial && (await keepOnly(lab, started, trial));
        await runStudy(lab, only ?? started, json ?? false);
        if (bundle) await showAgreement(lab, bundle, plan.name, trial ?? null);
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

/** From a file, or from a report's folder. @throws LabError "bad-input" where it is neither or both */
async function planOf(file: string | undefined, { fromBundle, data, csv }: Omit<RunOptions, keyof Options | 'trial'>) {
  if ((file === undefined) === (fromBundle === undefined))
    throw new LabError('bad-input', 'Give either a plan file or --from-bundle with the folder of a report.', { field: 'plan' });
  if (file !== undefined) return { plan: await placedPlan(file), bundle: null };
  const bundle = await readBundle(resolve(fromBundle!));
  const { dataset } = bundle.plan;
  const table = csv ?? dataset.csv;
  const place = { folder: resolve(data ?? dataset.folder), ...(table !== undefined && { csv: resolve(table) }) };
  return { plan: { ...bundle.plan, dataset: place }, bundle };
}

const MOST_SHOWN = 10;

/** Before anything is started. @throws LabError "not-found" that names the trials there are */
function requireTrials(plan: Plan, wanted: readonly string[]): void {
  const known = trialsOf(plan).map(({ id }) => id);
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  const named = known.slice(0, MOST_SHOWN).join(', ') + (known.length > MOST_SHOWN ? ', ...' : '');
  throw new LabError('not-found', `The study has no trial ${unknown}; it has ${named}.`, { field: 'trial' });
}

/** Takes the others out of the queue. */
async function keepOnly(lab: Lab, started: StudySummary, wanted: readonly string[]): Promise<StudySummary> {
  const rest = started.trials.filter(({ id }) => !wanted.includes(id));
  for (const { id } of rest.toReversed()) await lab.services['trials.cancel']({ trial: id });
  return lab.queue.summary(await lab.queue.study(started.name));
}

/** Sets the exit code where a number differs. @param trials that were run; null for all */
async function showAgreement(lab: Lab, bundle: Bundle, study: string, trials: readonly string[] | null): Promise<void> {
  const table = studyTable(await lab.services['results.study']({ study }));
  const numbers = bundle.numbers.filter(({ trial }) => trials === null || trials.includes(trial));
  const { compared, equal, different, missing } = agreementWith({ ...bundle, numbers }, table);
  log(
    `Of ${compared} numbers of the bundle ${equal} are the same to the last bit${missing > 0 ? `; ${missing} are of trials that have no results here` : ''}.`,
  );
  for (const { name, before, now } of different.slice(0, MOST_SHOWN)) log(`  ${name}: ${before ?? 'not defined'} there, ${now ?? 'not defined'} here`); // prettier-ignore
  if (different.length > MOST_SHOWN) log(`  and ${different.length - MOST_SHOWN} more. Another processor, engine or version gives other last digits, and after many steps other answers.`); // prettier-ignore
  process.exitCode = different.length > 0 || missing > 0 ? 1 : 0;
}
