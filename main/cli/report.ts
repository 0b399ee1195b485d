import type { Command } from 'commander';
import { createLab } from '../lab/lab.ts';
import { chooseStudy } from './choose-study.ts';
import { print, printJson } from './output.ts';

interface Options {
  out?: string;
  study?: string;
  json?: boolean;
}

export function addReport(program: Command): void {
  program
    .command('report')
    .description('write the report of a study')
    .argument('<project>', 'project folder')
    .option('--out <folder>', 'where to write it (default: reports/ in the project)')
    .option('--study <name>', 'which study (default: the last one)')
    .option('--json', 'print as JSON')
    .action(async (project: string, { out, study, json }: Options) => {
      const lab = createLab({ door: 'browser' });
      try {
        await lab.session.openFolder(project);
        const { name } = await chooseStudy(lab, study);
        const written = await lab.services['reports.export']({ study: name, folder: out });
        if (json) printJson(written);
        else print(`${written.folder}\n${written.files.map((file) => `  ${file}`).join('\n')}`);
      } finally {
        await lab.close();
      }
    });
}
