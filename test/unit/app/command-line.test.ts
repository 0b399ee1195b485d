import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS, commandArguments, runCommandLine } from '../../../main/app/command-line.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

describe('the command line of the installed app', () => {
  it('has the commands that there are', async () => {
    const script = fileURLToPath(new URL('../../../bin/magnilab.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--help']);
    const named = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
    expect([...COMMANDS].sort()).toEqual(named.sort());
  });

  it('is meant where the first word is a command', () => {
    expect(commandArguments(['app', 'study', 'run', 'plan.json', '--jobs', '2'])).toEqual([
      'study',
      'run',
      'plan.json',
      '--jobs',
      '2',
    ]);
    expect(commandArguments(['app', '--no-sandbox', 'doctor', '--json'])).toEqual(['doctor', '--json']);
    for (const args of [[], ['--no-sandbox'], ['/home/me/study.magnilab'], ['/home/me/demo', 'study']])
      expect(commandArguments(['app', ...args])).toBe(null);
  });

  it('runs as plain Node, and ends as it ends', async () => {
    const script = join(await temporaryFolder(), 'script.mjs');
    await writeFile(script, 'process.exit(process.env.ELECTRON_RUN_AS_NODE === "1" ? Number(process.argv[2]) : 9);');
    expect(await runCommandLine(script, ['3'])).toBe(3);
    expect(await runCommandLine(script, ['0'])).toBe(0);
    await expect(runCommandLine(script, [], '/nowhere/node')).rejects.toThrow('ENOENT');
  });
});
