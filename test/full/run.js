/** `npm run test:full`: every published network at its full size, and all of them against PyTorch's numbers. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const files = ['test/full', 'test/models/parity.test.ts', ...process.argv.slice(2)];
// one file at a time: some networks need most of a small machine's memory
const args = [vitest, 'run', ...files, '--no-file-parallelism'];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, MAGNILAB_TEST_FULL: '1' } });
process.exitCode = status ?? 1;
