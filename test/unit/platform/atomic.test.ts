import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type StudyFile, studyFileSchema } from '../../../shared/contract/study.ts';
import { presetPlan } from '../../../shared/contract/plan.ts';
import { readJson, readSealed, sweepTemporary, writeAtomically, writeSealed } from '../../../main/platform/atomic.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const run = promisify(execFile);
const atomic = fileURLToPath(new URL('../../../main/platform/atomic.ts', import.meta.url));

/** Runs code in a process whose files may have so many KiB at most: the system then cuts a write short, as a full disk does. */
const limited = (kib: number, code: string) =>
  run('bash', ['-c', `ulimit -f ${kib}; exec "$0" --input-type=module -e "$1"`, process.execPath, code]);

describe('a file that does not fit', () => {
  const attempt = (path: string, bytes: number) =>
    `import { writeAtomically } from ${JSON.stringify(atomic)};
     process.on('SIGXFSZ', () => {});
     await writeAtomically(${JSON.stringify(path)}, Buffer.alloc(${bytes}, 'x')).then(() => console.log('written'), (e) => console.log(e.code, e.message));`;

  it.skipIf(process.platform === 'win32')('leaves the old one as it was, and says how much room it needs', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'checkpoint');
    await writeFile(path, 'the old one');
    for (const bytes of [4096, 4097, 8192, 1_000_000]) {
      const { stdout } = await limited(4, attempt(path, bytes));
      if (bytes <= 4096) {
        expect(stdout.trim()).toBe('written');
        await writeFile(path, 'the old one');
        continue;
      }
      expect(stdout).toMatch(/^disk-full .*checkpoint could not be written: .*it needs [\d.]+ MB/);
      expect(await readFile(path, 'utf8')).toBe('the old one');
      expect(await readdir(folder)).toEqual(['checkpoint']);
    }
  });

  it.skipIf(process.platform === 'win32')('an appended line is whole or not there', async () => {
    const path = join(await temporaryFolder(), 'history.jsonl');
    await writeFile(path, `${'x'.repeat(4000)}\n`);
    const { stdout } = await limited(
      4,
      `import { appendLine } from ${JSON.stringify(atomic)};
       process.on('SIGXFSZ', () => {});
       await appendLine(${JSON.stringify(path)}, 'y'.repeat(200)).catch((e) => console.log(e.code));`,
    );
    expect(stdout.trim()).toBe('disk-full');
    expect((await stat(path)).size).toBe(4001);
  });
});

describe('writing', () => {
  it('keeps a link a link, and asks last whether it still may', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'real'), 'a');
    await symlink('real', join(folder, 'link'));
    await writeAtomically(join(folder, 'link'), 'b');
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('b');
    const refuse = () => {
      throw new Error('no longer ours');
    };
    await expect(writeAtomically(join(folder, 'real'), 'c', refuse)).rejects.toThrow('no longer ours');
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('b');
    expect((await readdir(folder)).sort()).toEqual(['link', 'real']);
  });

  it('leaves behind what a killed process had begun, until it is swept; a living one keeps its own', async () => {
    const folder = await temporaryFolder();
    const { stdout } = await run(process.execPath, [
      '--input-type=module',
      '-e',
      `import { temporaryName } from ${JSON.stringify(atomic)}; console.log(temporaryName())`,
    ]);
    const { temporaryName } = await import('../../../main/platform/atomic.ts');
    const own = temporaryName();
    await writeFile(join(folder, stdout.trim()), 'half');
    await writeFile(join(folder, own), 'half');
    await writeFile(join(folder, 'notes.tmp'), 'the user\u2019s');
    await mkdir(join(folder, 'kept'));
    await sweepTemporary(folder);
    expect((await readdir(folder)).sort()).toEqual([own, 'kept', 'notes.tmp'].sort());
  });
});

describe('a record', () => {
  const plan = presetPlan('quick', 'Q', '/data');
  const study: StudyFile = {
    format: 2,
    name: 'Q',
    createdAt: '2026',
    plan,
    classes: ['benign', 'malignant'],
    positive: 'malignant',
    splits: [{ fold: null, imageLevel: false, sha256: 'x' }],
    trials: [],
    magnilab: '0.1.0',
  };
  const written = async (change: (text: string) => string) => {
    const path = join(await temporaryFolder(), 'Q.json');
    await writeSealed(path, study);
    await writeFile(path, change(await readFile(path, 'utf8')));
    return readSealed(studyFileSchema, path, 'study');
  };

  it('is read back, sealed', async () => {
    expect(await written((text) => text)).toEqual({ value: study, sealed: true });
  });

  it('that was changed is refused by name', async () => {
    const change = (text: string) => text.replace('"createdAt": "2026"', '"createdAt": "2027"');
    await expect(written(change)).rejects.toMatchObject({ code: 'damaged-file', message: expect.stringMatching(/Q\.json/) });
  });

  it('of before seals is read, and told apart', async () => {
    const { seal: _, ...unsealed } = JSON.parse(JSON.stringify({ ...study, seal: '' })) as Record<string, unknown>;
    expect(await written(() => JSON.stringify(unsealed))).toEqual({ value: study, sealed: false });
  });

  it('of a newer Magnilab says so', async () => {
    await expect(written(() => JSON.stringify({ ...study, format: 3 }))).rejects.toMatchObject({
      code: 'newer-format',
      message: expect.stringMatching(/newer Magnilab/),
    });
  });

  it('may begin with a byte order mark', async () => {
    const path = join(await temporaryFolder(), 'plan.json');
    await writeFile(path, '\ufeff{"a": 1}');
    expect(await readJson(path, 'plan')).toEqual({ a: 1 });
  });
});
