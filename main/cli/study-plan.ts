import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { PlanCheck } from '../../shared/contract/calls/plans.ts';
import { LabError, parseOrThrow } from '../../shared/contract/errors.ts';
import { type Plan, planSchema } from '../../shared/contract/plan.ts';
import { variantName } from '../../shared/domain/catalogue.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { type Preset, presetIds } from '../../shared/domain/study/presets/index.ts';
import { indexStandalone, presetOf } from '../lab/datasets.ts';
import type { Lab } from '../lab/lab.ts';
import { requireOutsideData } from '../lab/outside-data.ts';
import { readPlan } from '../lab/plans.ts';
import { forgetRecent } from '../lab/session.ts';
import { writeJson } from '../platform/atomic.ts';
import { duration, log, print, printJson } from './output.ts';
import { indexFor, withProject } from './with-project.ts';

/** Commands about plans before they run. */
export function addPlanning(study: Command): void {
  study
    .command('new')
    .description('write a plan file to edit and run')
    .argument('<plan>', 'plan file to write')
    .requiredOption('--data <folder>', 'folder of images')
    .addOption(new Option('--preset <preset>', 'what the plan begins with').choices(presetIds).default(presetIds[0]))
    .option('--name <name>', "name of the study (default: the file's)")
    .option('--models <ids>', "networks, separated by commas (default: the preset's)")
    .option('--csv <file>', 'table that describes images other than BreakHis')
    .action(async (file: string, options: NewOptions) => {
      const path = resolve(file);
      if (existsSync(path)) throw new LabError('already-exists', `${path} exists already. Give another name.`, { field: 'plan' });
      const plan = await newPlan(path, options);
      await writeJson(path, plan);
      print(path);
    });

  study
    .command('plan')
    .description('say what a plan would take and what it rests on; runs nothing')
    .argument('<plan>', 'plan file (docs/plan.md)')
    .option('--project <folder>', 'project folder, created when it does not exist (default: none is kept)')
    .option('--json', 'print as JSON')
    .action(async (file: string, { project, json }: { project?: string; json?: boolean }) => {
      const plan = await placedPlan(file);
      if (project !== undefined) await requireOutsideData(resolve(project), plan.dataset.folder, 'project');
      await withOptionalProject(project, async (lab) => {
        await indexFor(lab, plan.dataset.folder, plan.dataset.csv);
        const check = await lab.services['plans.check']({ plan });
        if (json) printJson(check);
        else printCheck(plan, check);
        if (check.problems.length > 0) process.exitCode = 2;
      });
    });
}

/** In a project of the moment where none is given: a plan can be judged before there is one. */
async function withOptionalProject(project: string | undefined, use: (lab: Lab) => Promise<void>): Promise<void> {
  if (project !== undefined) return withProject(project, { create: true }, use);
  const folder = await mkdtemp(join(tmpdir(), 'magnilab-plan-'));
  const passing = join(folder, 'Plan.magnilab');
  try {
    await withProject(passing, { create: true }, use);
  } finally {
    await forgetRecent(passing);
    await rm(folder, { recursive: true, force: true });
  }
}

interface NewOptions {
  data: string;
  preset: Preset;
  name?: string;
  models?: string;
  csv?: string;
}

/** A preset's plan for a folder of images; its folders are written from the plan's own. @throws LabError "bad-input" */
async function newPlan(path: string, { data, preset, name, models, csv }: NewOptions): Promise<Plan> {
  const folder = resolve(data);
  if (!existsSync(folder)) throw new LabError('not-found', `There is no folder ${folder}.`, { field: 'data' });
  const table = csv === undefined ? undefined : resolve(csv);
  const summary = await indexStandalone({ folder, csv: table ?? null, verify: false }, () => {});
  const plan = presetOf(preset, name ?? basename(path).replace(/\.json$/, ''), { ...summary, csv: table ?? null });
  const relativeTo = (target: string) => relative(dirname(path), target) || '.';
  const dataset = { folder: relativeTo(folder), ...(table !== undefined && { csv: relativeTo(table) }) };
  const chosen = models === undefined ? {} : { models: models.split(',').map((id) => id.trim()) };
  return parseOrThrow(planSchema, { ...plan, dataset, ...chosen }, 'the plan');
}

/** A plan whose folders are absolute: in the file they are relative to it. */
export async function placedPlan(file: string): Promise<Plan> {
  const given = await readPlan(resolve(file));
  const place = (path: string) => resolve(dirname(resolve(file)), path);
  const { csv } = given.dataset;
  const list = given.split.file && { file: place(given.split.file) };
  const dataset = { folder: place(given.dataset.folder), ...(csv && { csv: place(csv) }) };
  return { ...given, dataset, split: { ...given.split, ...list } };
}

function printCheck(plan: Plan, { trials, seconds, diskBytes, models, evidence, problems, warnings }: PlanCheck): void {
  const time = seconds === null ? 'not known' : `about ${duration(seconds)}`;
  print(`${plan.name}: ${trials} trials, ${time} on this machine, ${(diskBytes / 1e9).toFixed(1)} GB on disk\n`);
  print(`${'network'.padEnd(28)}${'parameters'.padStart(12)}${'memory'.padStart(10)}${'per epoch'.padStart(12)}`);
  for (const { id, params, memoryBytes, secondsPerEpoch } of models) {
    const epoch = secondsPerEpoch === null ? '-' : duration(secondsPerEpoch);
    print(`${variantName(id).padEnd(28)}${params.toLocaleString('en').padStart(12)}${`${(memoryBytes / 1e9).toFixed(1)} GB`.padStart(10)}${epoch.padStart(12)}`); // prettier-ignore
  }
  for (const [split, own] of Map.groupBy(evidence, ({ fold, imageLevel }) => splitName(fold, imageLevel))) {
    print(`\n${split}\n${'part'.padEnd(12)}${'at'.padEnd(10)}${'images'.padStart(8)}${'cases'.padStart(8)}  classes`);
    for (const { part, magnification, images, cases, byClass } of own) {
      const classes = Object.entries(byClass).map(([name, count]) => `${count} ${name}`).join(', '); // prettier-ignore
      print(`${part.padEnd(12)}${magnificationName(magnification).padEnd(10)}${String(images).padStart(8)}${String(cases).padStart(8)}  ${classes}`); // prettier-ignore
    }
  }
  for (const { field, message } of problems) log(`Cannot run: ${field}: ${message}`);
  for (const { message } of warnings) log(`Warning: ${message}`);
}

function splitName(fold: number | null, imageLevel: boolean): string {
  if (imageLevel) return 'Split by image';
  return fold === null ? 'Split' : `Fold ${fold}`;
}
