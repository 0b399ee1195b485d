import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { openDemo } from '../lab/demo.ts';
import { createLab } from '../lab/lab.ts';
import { withInterrupt } from './interrupt.ts';
import { log, print, Progress } from './output.ts';
import { runStudy } from './run-study.ts';
import { ensureRuntime } from './runtime.ts';

interface Options {
  out: string;
  json?: boolean;
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description('the main job on synthetic tissue: index, split, train, test on all magnifications, report')
    .option('--out <folder>', 'where the demo project goes', 'demo')
    .option('--json', 'print the results as JSON')
    .action(async ({ out, json = false }: Options) => {
      await ensureRuntime();
      const folder = resolve(out);
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
        const finished = await runStudy(lab, started, json);
        if (finished.state !== 'finished') return;
        const report = await lab.services['reports.export']({ study: plan.name, folder: join(folder, 'report') });
        (json ? log : print)(
          `\nThe tissue is synthetic: the numbers say that the lab works, not how the networks compare.\nReport: ${join(report.folder, 'report.html')}`,
        );
      } finally {
        await lab.close();
      }
    });
}
