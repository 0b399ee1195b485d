/** `node bench/index.ts [name ...]`: runs benchmarks by name, or all of them; each writes bench/results/<name>.json. */
import { argv } from 'node:process';

interface Benchmark {
  run(): Promise<void>;
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  index: () => import('./index-folder.ts'),
  step: () => import('./step.ts'),
  loader: () => import('./loader.ts'),
};

const names = argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(
    `unknown benchmark: ${unknown.join(', ')}\nusage: node bench/index.ts [${Object.keys(benchmarks).join(' | ')}] ...`,
  );
  process.exitCode = 2;
} else {
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    const { run } = await benchmarks[name]();
    await run();
  }
}
