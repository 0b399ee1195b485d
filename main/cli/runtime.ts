import { type Command, Option } from 'commander';
import { resolve } from 'node:path';
import { findRuntime } from '../runtime/find.ts';
import { type InstallOptions, installRuntime } from '../runtime/install.ts';
import { withInterrupt } from './interrupt.ts';
import { log, printJson, Progress } from './output.ts';

interface Options extends Pick<InstallOptions, 'device' | 'force' | 'index' | 'wheels'> {
  json?: boolean;
}

export function addRuntime(program: Command): void {
  program
    .command('runtime')
    .description('the TensorFlow runtime')
    .command('install')
    .description('install TensorFlow for this machine; does nothing when it is there')
    .addOption(new Option('--device <device>', 'which build').choices(['auto', 'cpu', 'gpu']).default('auto'))
    .addOption(new Option('--gpu', 'the same as --device gpu').implies({ device: 'gpu' }))
    .option('--index <url>', 'package index to download from, without pip and compiler; default: MAGNILAB_INDEX or PIP_INDEX_URL')
    .addOption(new Option('--wheels <folder>', 'install from wheels in this folder, without a network').conflicts('index'))
    .option('--force', 'install again')
    .option('--json', 'print as JSON')
    .action(async ({ json, device, force, index, wheels }: Options) => {
      const { folder, record } = await installWithProgress({ device, force, index, wheels: wheels && resolve(wheels) });
      if (json) printJson({ folder, ...record });
      else log(`TensorFlow ${record.libtensorflow} (${record.source}, ${record.device}) is in ${folder}`);
    });
}

/** Installs the runtime when it is missing: what every command that computes does first. */
export async function ensureRuntime(): Promise<void> {
  if (!findRuntime()) await installWithProgress({});
}

async function installWithProgress(options: InstallOptions) {
  const progress = new Progress();
  const started = performance.now();
  try {
    const onProgress: InstallOptions['onProgress'] = ({ phase, done, total }) => {
      const seconds = (performance.now() - started) / 1000;
      progress.task(`runtime.${phase}`, done, total, done > 0 && total > done ? (seconds / done) * (total - done) : null);
    };
    return await withInterrupt((signal) => installRuntime({ ...options, signal, onProgress }));
  } finally {
    progress.end();
  }
}
