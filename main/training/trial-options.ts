import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What the process of a trial, or of several, was started with. */
export function trialOptions(args: string[] = process.argv.slice(2)) {
  const { values, positionals } = parseArgs({
    args,
    options: { executor: { type: 'string', default: 'local' }, engine: { type: 'string' }, share: { type: 'string' } },
    allowPositionals: true,
  });
  const { executor, engine, share } = values;
  return {
    folders: positionals.map((folder) => resolve(folder)),
    executor,
    engine,
    share: share === undefined ? 1 : Number(share),
  };
}
