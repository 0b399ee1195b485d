import type { Command } from 'commander';
import { modelRows } from '../lab/lab.ts';
import { print, printJson } from './output.ts';

export function addModels(program: Command): void {
  program
    .command('models')
    .description('list the networks')
    .option('--json', 'print as JSON')
    .action(({ json }: { json?: boolean }) => {
      const rows = modelRows();
      if (json) return printJson(rows);
      print(`${'id'.padEnd(32)}${'family'.padEnd(13)}${'parameters'.padStart(12)}${'input'.padStart(8)}`);
      for (const { id, family, params, inputSize } of rows)
        print(`${id.padEnd(32)}${family.padEnd(13)}${params.toLocaleString('en').padStart(12)}${String(inputSize).padStart(8)}`);
      print(
        '\nOf other sizes: wavemix_<dim>_<depth>, with _l2, _l3 or _l4 for more wavelet levels;' +
          ' fnet2d_<dim>_<depth>, with _p2, _p4 or _p8 for patches.',
      );
    });
}
