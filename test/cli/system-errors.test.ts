import { execFile, execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { installRuntime } from '../../main/runtime/install.ts';
import { finishedProject, opened, shortTraining } from '../helpers/finished.ts';
import { quickPlan, testTissue } from '../helpers/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

const BIN = fileURLToPath(new URL('../../bin/magnilab.js', import.meta.url));
const isRoot = process.getuid?.() === 0;

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...process.env, ...env }, maxBuffer: 1e8 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const magnilab = (args: string[], env: Record<string, string> = {}) => run(process.execPath, [BIN, ...args], env);

/** What people must never see. */
function expectWords({ stderr }: Outcome): void {
  expect(stderr).not.toMatch(/^\s+at .*\(|node:internal|Error: |errno/m);
}

let tissue: string;
let project: string;
beforeAll(async () => {
  await installRuntime();
  tissue = await testTissue();
  const finished = await finishedProject(tissue);
  project = finished.project;
  return finished.remove;
});

/** A copy of the finished project on a disk that is read-only from then on; null where none can be mounted. */
async function onReadOnlyDisk(): Promise<string | null> {
  const disk = await mkdtemp(join(tmpdir(), 'magnilab-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    await rm(disk, { recursive: true });
    return null;
  }
  onTestFinished(async () => {
    execFileSync('umount', ['--lazy', disk]);
    await rm(disk, { recursive: true });
  });
  await cp(project, join(disk, 'P.magnilab'), { recursive: true });
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  return join(disk, 'P.magnilab');
}

describe('a project on a read-only disk', () => {
  it('is opened for reading and reporting; what would write is refused in words', async (context) => {
    const folder = await onReadOnlyDisk();
    if (folder === null) return context.skip('needs Linux and the right to mount a disk');
    const lab = await opened(folder);
    expect(lab.session.describe()).toMatchObject({ readOnly: true });
    expect(await lab.services['dataset.summary']({})).toMatchObject({ images: 96 });
    expect((await lab.services['studies.list']({}))[0].state).toBe('finished');
    expect((await lab.services['results.study']({ study: 'Quick' })).cells.length).toBe(8);
    const refused = { code: 'read-only', message: expect.stringMatching(/open for reading/) };
    const plan = quickPlan(tissue, { name: 'New', training: shortTraining });
    await expect(lab.services['plans.save']({ plan })).rejects.toMatchObject(refused);
    await expect(lab.services['studies.start']({ plan })).rejects.toMatchObject(refused);
    await expect(lab.services['studies.resume']({ study: 'Quick' })).rejects.toMatchObject(refused);
    await expect(lab.services['reports.export']({ study: 'Quick' })).rejects.toMatchObject(refused);
    await lab.close();

    const env = { MAGNILAB_STATE: await temporaryFolder() };
    const out = join(await temporaryFolder(), 'report');
    const report = await magnilab(['report', folder, '--out', out], env);
    expect(report).toMatchObject({ code: 0 });
    expect(await readdir(out)).toContain('report.html');
    expect(await magnilab(['verify', folder], env)).toMatchObject({ code: 0 });
    expect(await magnilab(['study', 'status', '--project', folder], env)).toMatchObject({ code: 0 });
    const resume = await magnilab(['study', 'resume', '--project', folder], env);
    expect(resume.code).not.toBe(0);
    expect(resume.stderr).toMatch(/cannot be written to/);
    expectWords(resume);
  });
});

describe('what the system says', () => {
  it.skipIf(!isRoot)('of a home that may not be written to is told with the path and what to do', async () => {
    const home = await temporaryFolder();
    await chmod(home, 0o555);
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, BIN];
    const env = { HOME: home, MAGNILAB_STATE: join(home, 'state'), MAGNILAB_CACHE: join(home, 'cache') };
    const index = await run('setpriv', [...nobody, 'index', tissue], env);
    expect(index.code).not.toBe(0);
    expect(index.stderr).toContain(home);
    expectWords(index);
    const plan = join(await temporaryFolder(), 'plan.json');
    await chmod(join(plan, '..'), 0o755);
    await writeFile(plan, JSON.stringify(quickPlan(tissue)), { mode: 0o644 });
    const study = await run('setpriv', [...nobody, 'study', 'run', plan, '--project', join(home, 'P.magnilab')], {
      ...env,
      MAGNILAB_CACHE: process.env.MAGNILAB_CACHE ?? '',
    });
    expect(study.code).not.toBe(0);
    expect(study.stderr).toMatch(/access is not permitted|may not be|Give yourself/);
    expectWords(study);
  });

  it('of names that are too long, of files in the place of folders, and of too many open files', async () => {
    const folder = await temporaryFolder();
    const env = { MAGNILAB_STATE: await temporaryFolder() };
    const plan = join(folder, 'plan.json');
    await writeFile(plan, JSON.stringify(quickPlan(tissue)));
    const long = await magnilab(['study', 'run', plan, '--project', join(folder, `${'x'.repeat(300)}.magnilab`)], env);
    expect(long.code).not.toBe(0);
    expect(long.stderr).toMatch(/too long/);
    expectWords(long);
    const inFile = await magnilab(['report', project, '--out', join(plan, 'report')], env);
    expect(inFile.code).not.toBe(0);
    expect(inFile.stderr).toMatch(/is a file, not a folder/);
    expectWords(inFile);
    if (process.platform === 'win32') return;
    await mkdir(join(folder, 'state'));
    const command = `ulimit -n 40; exec "$0" "$@"`;
    const many = await run('bash', ['-c', command, process.execPath, BIN, 'report', project, '--out', join(folder, 'r')], env);
    expectWords(many); // it may do with so few; Node itself needs two dozen
  });
});
