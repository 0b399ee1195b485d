import { type Command, Option } from 'commander';
import { findRuntime } from '../runtime/find.ts';
import { type InstallOptions, installRuntime } from '../runtime/install.ts';
import { withInterrupt } from './interrupt.ts';
import { log, printJson, Progress } from './output.ts';

interface Options extends Pick<InstallOptions, 'device' | 'force'> {
  json?: boolean;
}

export function addRuntime(program: Command): void {
  program
    .command('runtime')
    .description('the TensorFlow runtime')
    .command('install')
    .description('install TensorFlow for this machine; does nothing when it is there')
    .addOption(new Option('--device <device>', 'which build').choices(['auto', 'cpu', 'gpu']).default('auto'))
    .option('--force', 'install again')
    .option('--json', 'print as JSON')
    .action(async ({ device, force, json }: Options) => {
      const { folder, record } = await installWithProgress({ device, force });
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
