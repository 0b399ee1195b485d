import type { Command } from 'commander';
import { LabError } from '../../shared/contract/errors.ts';
import { createLab } from '../lab/lab.ts';
import { serveLab } from '../host/serve.ts';
import { buildPageIfNeeded } from '../host/build-page.ts';
import { onInterrupt } from './interrupt.ts';
import { jobsOption } from './jobs.ts';
import { log, print, printJson } from './output.ts';

interface Options {
  port: string;
  project?: string;
  jobs: number;
  json?: boolean;
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the app to a browser on this machine')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', '0')
    .option('--project <folder>', 'project to open')
    .addOption(jobsOption())
    .option('--json', 'print the address as JSON')
    .action(async ({ port, project, jobs, json }: Options) => {
      await buildPageIfNeeded(log);
      const lab = createLab({ door: 'browser', jobs });
      if (project) await lab.services['projects.open']({ folder: project });
      const served = await serveLab(lab, parsePort(port));
      if (json) printJson({ url: served.url, port: served.port, pid: process.pid });
      else
        print(
          `Magnilab is served at ${served.url}\nThe address opens one browser on this machine; Enter gives another. Ctrl+C ends it; trials can be resumed.`,
        );
      process.stdin.on('data', () => log(`For another browser: ${served.newUrl()}`));
      await new Promise<void>((resolve) => onInterrupt(resolve)); // never undone: a second one must not end it before it has closed
      process.stdin.pause();
      await served.close();
      await lab.close();
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new LabError('bad-input', `--port: "${text}" is not a port number (0 to 65535).`, { field: 'port' });
  return port;
}
