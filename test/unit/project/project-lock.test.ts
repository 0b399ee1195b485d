import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createProject, openProject } from '../../../main/project/project.ts';
import { takeLease } from '../../../main/project/lease.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const source = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../../main/${path}`, import.meta.url)));

/** A process that runs code and then waits; resolves when it has said that it is there. */
async function started(code: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `${code}; console.log('ready'); setInterval(() => {}, 1e6)`,
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stderr.pipe(process.stderr);
  await once(child.stdout, 'data');
  return child;
}

async function project(): Promise<string> {
  const folder = join(await temporaryFolder(), 'P.magnilab');
  await (await createProject(folder)).close();
  return folder;
}

const opening = (folder: string) =>
  `import { openProject } from ${source('project/project.ts')}; await openProject(${JSON.stringify(folder)})`;

describe('a project that a lab has open', () => {
  it('stays its own while it is suspended, however old its sign of life is, and is free at once when it is killed', async () => {
    const folder = await project();
    const owner = await started(opening(folder));
    owner.kill('SIGSTOP');
    const before = new Date(Date.now() - 3600_000);
    await utimes(join(folder, 'lab.owner'), before, before);
    await expect(openProject(folder)).rejects.toMatchObject({ code: 'project-locked' });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await (await openProject(folder)).close();
  });

  it('whose owner died is opened though the record is dated in the future, or its process number is in use again', async () => {
    const folder = await project();
    const future = new Date(Date.now() + 3600_000);
    await writeFile(join(folder, 'lab.owner'), JSON.stringify({ token: 'x', pid: process.pid, host: hostname(), beat: 7 }));
    await utimes(join(folder, 'lab.owner'), future, future);
    await (await openProject(folder)).close();
  });

  it('on another machine that shows no life for a while is taken over; one that does is not', async () => {
    const folder = await project();
    const other = { token: 'theirs', pid: 1, host: 'elsewhere', start: null, beat: 0 };
    await writeFile(join(folder, 'lab.owner'), JSON.stringify(other));
    const beating = setInterval(() => {
      other.beat++;
      void writeFile(join(folder, 'lab.owner'), JSON.stringify(other));
    }, 700);
    await expect(openProject(folder)).rejects.toMatchObject({
      code: 'project-locked',
      message: expect.stringMatching(/elsewhere/),
    });
    clearInterval(beating);
    await (await openProject(folder)).close();
  });

  it('writes nothing more once another lab has taken it over, and says so once', async () => {
    const folder = await project();
    let lost = 0;
    const opened = await openProject(folder, () => lost++);
    opened.check();
    const theirs = JSON.stringify({ token: 'theirs', pid: 1, host: 'elsewhere', start: null, beat: 0 });
    await writeFile(join(folder, 'lab.owner'), theirs);
    for (let i = 0; i < 2; i++) expect(() => opened.check()).toThrow(expect.objectContaining({ code: 'project-locked' }));
    expect(lost).toBe(1);
    await opened.close();
    expect(await readFile(join(folder, 'lab.owner'), 'utf8')).toBe(theirs); // not ours to remove
  });
});

describe('a new project', () => {
  it('is never made of a folder that holds something', async () => {
    const folder = join(await temporaryFolder(), 'Photos');
    await mkdir(folder);
    await writeFile(join(folder, 'holiday.jpg'), 'x');
    await expect(createProject(folder)).rejects.toMatchObject({ code: 'already-exists' });
    expect(await readdir(folder)).toEqual(['holiday.jpg']);
    await expect(createProject(join(folder, 'holiday.jpg'))).rejects.toMatchObject({ code: 'already-exists' });
  });
});

describe('the lease of a run folder', () => {
  const taking = (folder: string) =>
    `import { takeLease } from ${source('project/lease.ts')}; await takeLease(${JSON.stringify(folder)})`;

  it('is one process\u2019s while that lives, and the next one\u2019s when it has died', async () => {
    const folder = await temporaryFolder();
    const holder = await started(taking(folder));
    holder.kill('SIGSTOP');
    await expect(takeLease(folder)).rejects.toMatchObject({
      code: 'project-locked',
      message: expect.stringMatching(`${holder.pid}`),
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lease = await takeLease(folder);
    lease.check();
    lease.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('that another process has taken over forbids every further write', async () => {
    const folder = await temporaryFolder();
    const lease = await takeLease(folder);
    await writeFile(
      join(folder, 'lease.json'),
      JSON.stringify({ token: 'theirs', pid: 1, host: 'elsewhere', start: null, beat: 1 }),
    );
    expect(() => lease.check()).toThrow(expect.objectContaining({ code: 'project-locked' }));
    lease.release();
    expect(await readdir(folder)).toEqual(['lease.json']);
  });
});
