import type { Command } from 'commander';
import { createLab, type Lab } from '../lab/lab.ts';
import { verifyProject } from '../lab/verify.ts';
import { print, printJson, Progress } from './output.ts';

interface Options {
  json?: boolean;
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('hold every file of a project to its recorded hash; nothing is changed')
    .argument('<project>', 'project folder')
    .option('--json', 'print as JSON')
    .action(async (project: string, { json }: Options) => {
      const found = await withProject(project, async ({ session }) => {
        const progress = new Progress();
        try {
          return await verifyProject(session, (done, total) => progress.update('Verifying trials', done, total, null));
        } finally {
          progress.end();
        }
      });
      if (json) printJson(found);
      else {
        for (const { path, message } of found.faults) print(`${path}\n    ${message}`);
        const counted = `${found.studies === 1 ? '1 study' : `${found.studies} studies`}, ${found.trials === 1 ? '1 trial' : `${found.trials} trials`}`;
        print(
          found.faults.length === 0
            ? `${counted}: every file is as it was written.`
            : `${counted}: ${found.faults.length === 1 ? '1 fault' : `${found.faults.length} faults`}.`,
        );
      }
      if (found.faults.length > 0) process.exitCode = 1;
    });
}

export function addLocate(program: Command): void {
  program
    .command('locate')
    .description('say where the images of a project lie now, after they were moved')
    .argument('<project>', 'project folder')
    .argument('<folder>', 'the folder of the images')
    .option('--json', 'print as JSON')
    .action(async (project: string, folder: string, { json }: Options) => {
      const located = await withProject(project, ({ services }) => services['dataset.locate']({ folder }));
      if (json) printJson(located);
      else print(`The images of ${located.name} are in ${located.dataset}.`);
    });
}

async function withProject<T>(folder: string, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = createLab({ door: 'browser' });
  try {
    await lab.session.openFolder(folder);
    return await work(lab);
  } finally {
    await lab.close();
  }
}
