import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { openDemo } from '../lab/demo.ts';
import { openFinishedDemo } from '../lab/finished-demo.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { withInterrupt } from './interrupt.ts';
import { log, print, Progress } from './output.ts';
import { printStudy, runStudy, showStudy } from './run-study.ts';
import { ensureRuntime } from './runtime.ts';

interface Options {
  out: string;
  finished?: boolean;
  json?: boolean;
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('the main job on synthetic tissue: index, split, train, test on all magnifications, report')
    .option('--out <folder>', 'where the demo project goes', 'demo')
    .option('--finished', 'do not train: open the finished study that comes with Magnilab')
    .option('--json', 'print the results as JSON')
    .action(async ({ out, finished = false, json = false }: Options) => {
      const folder = resolve(out);
      if (finished) return showFinished(folder, json);
      await ensureRuntime();
      await mkdir(folder, { recursive: true });
      const lab = createLab({ door: 'browser' });
      try {
        const progress = new Progress();
        const plan = await withInterrupt((signal) =>
          openDemo(lab.session, join(folder, 'Demo.magnilab'), progress.task, signal),
        ).finally(() => progress.end());
        const known = (await lab.services['studies.list']({})).some((study) => study.name === plan.name);
        if (known) log(`Going on with the study in ${folder}. Another --out starts a new one.`);
        const started = known
          ? await lab.services['studies.resume']({ study: plan.name })
          : await lab.services['studies.start']({ plan });
        const ran = await runStudy(lab, started, json);
        if (ran.state === 'finished') await writeReport(lab, plan.name, folder, json);
      } finally {
        await lab.close();
      }
    });
}

/** The finished study: no TensorFlow, no training. */
async function showFinished(folder: string, json: boolean): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lab = createLab({ door: 'browser' });
  try {
    await openFinishedDemo(lab.session, join(folder, 'Finished demo.magnilab'));
    const [study] = await lab.services['studies.list']({});
    if (json) await printStudy(lab, study);
    else await showStudy(lab, study);
    await writeReport(lab, study.name, folder, json);
  } finally {
    await lab.close();
  }
}

async function writeReport(lab: Lab, study: string, folder: string, json: boolean): Promise<void> {
  const report = await lab.services['reports.export']({ study, folder: join(folder, 'report') });
  (json ? log : print)(
    `\nThe tissue is synthetic: the numbers say that the lab works, not how the networks compare.\nReport: ${join(report.folder, 'report.html')}`,
  );
}
