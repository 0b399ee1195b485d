import type { Command } from 'commander';
import { examine } from '../runtime/doctor.ts';
import { print, printJson } from './output.ts';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what is loaded, what is missing and how to get it')
    .option('--files', "hold every file of a package's runtime to its hash, too")
    .option('--json', 'print as JSON')
    .action(async ({ files, json }: { files?: boolean; json?: boolean }) => {
      const found = await examine({ files });
      if (json) printJson(found);
      else {
        const rows: [string, string][] = [
          ['Magnilab', found.magnilab],
          ['Node', found.node],
          ['TensorFlow.js', found.tfjs ?? '-'],
          ['libtensorflow', found.libtensorflow ? `${found.libtensorflow} (${found.source})` : 'not installed'],
          ['Device', found.device ?? '-'],
          ['oneDNN', found.oneDnn ? 'on' : 'off'],
          ['Threads', String(found.threads)],
          ['CPU', found.cpu],
          ['Memory', `${(found.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
          ['Runtime folder', found.folder],
        ];
        for (const [name, value] of rows) print(`${name.padEnd(16)}${value}`);
        if (found.unusedGpu) print(`\nA GPU is not used: ${found.unusedGpu}`);
        for (const { what, how } of found.missing) print(`\nMissing: ${what}\n  ${how}`);
      }
      if (found.state !== 'ok' || found.missing.length > 0) process.exitCode = 1;
    });
}
