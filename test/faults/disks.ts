import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { requireChecksum } from '../../main/training/checksum.ts';
import { decodeSafetensors } from '../../main/models/safetensors.ts';
import { verifyProject } from '../../main/lab/verify.ts';
import type { Lab } from '../../main/lab/lab.ts';
import { toEnvelope } from '../../shared/contract/errors.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import type { Campaign } from './campaign.ts';
import { inFolder, labHere, predictions, reference, taskEnded, tinyPlan, tissue } from './world.ts';

const ROOMY = '256m';

/** A study on disks of many sizes, each full at another of its writes; then there is room, and it must end as if nothing had been. */
export const disks: Campaign = {
  name: 'full disk',
  unit: 'sizes',
  short: 3,
  full: 40,
  run: (count) =>
    inFolder(async (folder) => {
      if (!canMount(folder))
        return { count: 0, findings: [], skipped: 'disks of a chosen size need Linux and the right to mount them' };
      const plan = tinyPlan(await tissue());
      const expected = await reference(folder, plan);
      const most = await sizeOf(expected.project);
      const findings: string[] = [];
      for (let i = 0; i < count; i++) {
        const size = Math.round(most * ((i + 1) / (count + 1)) ** 1.5); // small sizes are full at the more interesting writes
        const disk = join(folder, `disk-${i}`);
        await mkdir(disk);
        mount(disk, `${Math.ceil(size / 1024)}k`);
        try {
          const found = await onDisk(disk, join(folder, `state-${i}`), plan, expected.predictions);
          findings.push(...found.map((what) => `${size} bytes: ${what}`));
        } finally {
          execFileSync('umount', ['--lazy', disk]);
        }
      }
      return { count, findings, note: `up to ${(most / 1e6).toFixed(1)} MB` };
    }),
};

async function onDisk(disk: string, state: string, plan: Plan, expected: ReadonlyMap<string, string>): Promise<string[]> {
  const findings: string[] = [];
  const lab = labHere(state);
  try {
    let error = await attempt(lab, disk, plan);
    if (error && error.code !== 'disk-full') findings.push(`"${error.code}" instead of a full disk: ${error.message}`);
    findings.push(...(await cutFiles(disk)));
    execFileSync('mount', ['-o', `remount,size=${ROOMY}`, disk]);
    if (error) error = await attempt(lab, disk, plan); // what was refused is done again, as a user would
    await lab.queue.whenIdle(); // what waited goes on by itself
    if (error) findings.push(`with room again: ${error.code}, ${error.message}`);
    const [study] = await lab.services['studies.list']({});
    if (study?.state !== 'finished')
      findings.push(`with room again the study is ${study?.state}: ${JSON.stringify(study?.trials)}`);
    const got = await predictions(join(disk, 'Full.magnilab'));
    for (const [trial, hash] of expected) if (got.get(trial) !== hash) findings.push(`${trial} has other predictions`);
    findings.push(...(await verifyProject(lab.session)).faults.map(({ message }) => message));
  } catch (error) {
    findings.push(`${toEnvelope(error).code}: ${toEnvelope(error).message}`);
  } finally {
    await lab.close();
  }
  return findings;
}

/** From nothing to a study that runs, as far as it is not done yet. @returns why it stopped; null when trials run or wait */
async function attempt(lab: Lab, disk: string, plan: Plan): Promise<{ code: string; message: string } | null> {
  const project = join(disk, 'Full.magnilab');
  try {
    if (!lab.session.isOpen)
      await (existsSync(project)
        ? lab.services['projects.open']({ folder: project })
        : lab.services['projects.create']({ name: 'Full', folder: disk }));
    if (!lab.session.index) {
      const { task } = await lab.services['dataset.index']({ folder: plan.dataset.folder, verify: false });
      await taskEnded(lab, task);
    }
    const [study] = await lab.services['studies.list']({});
    if (study) await lab.services['studies.resume']({ study: study.name, failed: true });
    else await lab.services['studies.start']({ plan });
    await settled(lab);
    return null;
  } catch (error) {
    const known = error as { code?: string; message: string };
    return known.code !== undefined && known.code.includes('-')
      ? { code: known.code, message: known.message }
      : toEnvelope(error);
  }
}

/** Until nothing runs, or the queue waits for room. */
async function settled(lab: Lab): Promise<void> {
  let over = false;
  void lab.queue.whenIdle().then(() => (over = true));
  while (!over) {
    const [study] = await lab.services['studies.list']({});
    if (study?.held) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Files that are there must be whole. */
async function cutFiles(disk: string): Promise<string[]> {
  const cut: string[] = [];
  for (const { parentPath, name } of await readdir(disk, { recursive: true, withFileTypes: true })) {
    const path = join(parentPath, name);
    if (name.endsWith('.tmp')) continue; // not in its place yet
    const content = await readFile(path).catch(() => null);
    if (content === null || name === 'lab.owner') continue;
    try {
      if (name.endsWith('.json')) JSON.parse(content.toString('utf8'));
      if (name.endsWith('.safetensors')) requireChecksum(decodeSafetensors(content, path), path);
      if (name.endsWith('.jsonl')) for (const line of content.toString('utf8').split('\n')) if (line) JSON.parse(line);
    } catch (error) {
      cut.push(`${name} is cut: ${(error as Error).message}`);
    }
  }
  return cut;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const { parentPath, name } of await readdir(folder, { recursive: true, withFileTypes: true }))
    bytes += (await stat(join(parentPath, name))).size;
  return bytes;
}

function canMount(folder: string): boolean {
  try {
    mount(folder, '64k');
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  }
}

function mount(folder: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
}
