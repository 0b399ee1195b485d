/**
 * `node bench/index.ts [name ...] [--only id,id]`: runs benchmarks by name, or all of them; each writes bench/results/<name>.json.
 * `--only` narrows "step" down to some networks.
 */
import { argv } from 'node:process';
import { parseArgs } from 'node:util';

interface Benchmark {
  run(only: readonly string[]): Promise<void>;
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  index: () => import('./index-folder.ts'),
  step: () => import('./step.ts'),
  loader: () => import('./loader.ts'),
  lab: () => import('./lab.ts'),
  curves: () => import('./curves.ts'),
  page: () => import('./page.ts'),
  trial: () => import('./trial.ts'),
  statistics: () => import('./statistics.ts'),
};

const { values, positionals: names } = parseArgs({
  args: argv.slice(2),
  options: { only: { type: 'string' } },
  allowPositionals: true,
});
const only = values.only?.split(',') ?? [];
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(
    `unknown benchmark: ${unknown.join(', ')}\nusage: node bench/index.ts [${Object.keys(benchmarks).join(' | ')}] ...`,
  );
  process.exitCode = 2;
} else {
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    const { run } = await benchmarks[name]();
    await run(only);
  }
}
