import { createHash } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { damagedFiles } from '../../../main/runtime/damage.ts';
import { faultsOf, findRuntime, readRecord, readRuntime, runtimeFolder, tfjsVersion } from '../../../main/runtime/find.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const LIBRARY = 'deps/lib/libtensorflow_cc.so.2';

async function writeRuntime(folder: string, device: 'cpu' | 'gpu' = 'cpu', tfjs = tfjsVersion): Promise<string> {
  const content = 'a library';
  await mkdir(join(folder, 'deps/lib'), { recursive: true });
  await writeFile(join(folder, LIBRARY), content);
  const sha256 = { [LIBRARY]: createHash('sha256').update(content).digest('hex') };
  const record = { format: 1, source: 'wheel', device, tfjs, libtensorflow: '2.21.0', binding: LIBRARY, sha256 };
  await writeFile(join(folder, 'runtime.json'), JSON.stringify({ ...record, files: { [LIBRARY]: content.length } }));
  return folder;
}

describe('a runtime', () => {
  const before = process.env.MAGNILAB_CACHE;
  afterEach(() => {
    if (before === undefined) delete process.env.MAGNILAB_CACHE;
    else process.env.MAGNILAB_CACHE = before;
  });

  it('for a GPU is found before another where a driver is there, and after it elsewhere', async () => {
    process.env.MAGNILAB_CACHE = await temporaryFolder();
    expect(findRuntime(true)).toBe(null);
    await writeRuntime(runtimeFolder('gpu'), 'gpu');
    expect(findRuntime(false)?.record.device).toBe('gpu'); // better than none: it computes on the CPU
    await writeRuntime(runtimeFolder('cpu'));
    expect(findRuntime(true)?.record.device).toBe('gpu');
    expect(findRuntime(false)?.record.device).toBe('cpu');
    await rm(join(runtimeFolder('gpu'), LIBRARY));
    expect(findRuntime(true)?.record.device).toBe('cpu'); // a damaged one is in nobody's way
  });

  it('of another version is none', async () => {
    const folder = await writeRuntime(await temporaryFolder(), 'cpu', '0.0.1');
    expect(readRuntime(folder)).toBe(null);
    expect(readRecord(folder)?.tfjs).toBe('0.0.1');
  });

  it.each([
    '{"format":1}',
    '{"format":1,"files":null}',
    '{"format":1,"files":3}',
    '{"format":2,"files":{}}',
    '[]',
    'null',
    '{"for',
  ])('whose record is %s is none, and ends nothing', async (content) => {
    const folder = await writeRuntime(await temporaryFolder());
    await writeFile(join(folder, 'runtime.json'), content);
    expect(readRuntime(folder)).toBe(null);
    expect(await damagedFiles(folder)).toEqual([]);
  });

  it('with a file that cannot be looked at is none', async () => {
    const folder = await writeRuntime(await temporaryFolder());
    await rm(join(folder, LIBRARY));
    await symlink('libtensorflow_cc.so.2', join(folder, LIBRARY)); // to itself
    expect(readRuntime(folder)).toBe(null);
    expect(await damagedFiles(folder)).toEqual([`${LIBRARY} is missing`]);
  });

  it('that is damaged is told by the name of the file', async () => {
    const folder = await writeRuntime(await temporaryFolder());
    expect(await damagedFiles(folder)).toEqual([]);
    await writeFile(join(folder, LIBRARY), 'a libr4ry');
    expect(faultsOf(folder, readRecord(folder)!)).toEqual([]); // of the same length: only who reads it sees it
    expect(await damagedFiles(folder)).toEqual([`${LIBRARY} is damaged: its content is not what was packed`]);
    await writeFile(join(folder, LIBRARY), 'short');
    expect(await damagedFiles(folder)).toEqual([`${LIBRARY} has 5 bytes instead of 9`]);
    await rm(join(folder, LIBRARY));
    expect(await damagedFiles(folder)).toEqual([`${LIBRARY} is missing`]);
    expect(readRuntime(folder)).toBe(null);
    expect(await damagedFiles(await temporaryFolder())).toEqual([]);
  });
});
