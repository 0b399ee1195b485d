import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readHistory } from '../../main/project/trial-folder.ts';
import { Random } from '../../shared/domain/random.ts';
import type { Campaign } from './campaign.ts';
import { ended, inFolder, leftovers, magnilab, runFolders, startMagnilab, tinyPlan, tissue } from './world.ts';

const TRIALS_PER_SEED = 4;
/** The lab lives so long on average, ms. */
const LIFE_MS = 12_000;
/** More than a lab that only passes messages on may take, bytes. */
const MOST_MEMORY = 1e9;

/** A long study whose lab is killed again and again; every trial must end once, and the lab's memory must stay. */
export const soak: Campaign = {
  name: 'long study, lab killed',
  unit: 'trials',
  short: TRIALS_PER_SEED,
  full: 40,
  run: (count) =>
    inFolder(async (folder) => {
      const seeds = Array.from({ length: count / TRIALS_PER_SEED }, (_, i) => i);
      const plan = tinyPlan(await tissue(), { seeds, trainSets: [40, 100, 200, 400] });
      const [file, project, state] = [join(folder, 'plan.json'), join(folder, 'Soak.magnilab'), join(folder, 'state')];
      await writeFile(file, JSON.stringify(plan));
      const random = new Random(count, 3);
      const findings: string[] = [];
      let [killed, peak, code] = [0, 0, null as number | null];
      let args = ['study', 'run', file, '--project', project];
      while (code !== 0) {
        const lab = startMagnilab(state, ...args);
        const end = ended(lab);
        const alive = wait((0.5 + random.next()) * LIFE_MS).then(() => null);
        const over = await Promise.race([end, alive]);
        peak = Math.max(peak, await residentBytes(lab.pid!));
        if (over === null) {
          lab.kill('SIGKILL');
          killed++;
        }
        code = (await end).code;
        args = ['study', 'resume', '--project', project];
        if (killed > 20 * count) {
          findings.push(`the study did not end within ${killed} lives of the lab`);
          break;
        }
      }
      const runs = await runFolders(project);
      if (runs.length !== count) findings.push(`${runs.length} of ${count} trials have a folder`);
      for (const run of runs) {
        const epochs = (await readHistory(run)).map(({ epoch }) => epoch);
        if (epochs.join() !== '0,1,2,3,4,5') findings.push(`${run} has the epochs ${epochs.join()}`);
      }
      if (peak > MOST_MEMORY) findings.push(`the lab took ${(peak / 1e6).toFixed(0)} MB`);
      const { code: verified, text } = await magnilab(state, 'verify', project);
      if (verified !== 0) findings.push(`verify ended with ${verified}: ${text}`);
      for (const path of await leftovers(project)) findings.push(`${path} was left behind`);
      return { count, findings, note: `${killed} kills, lab at most ${(peak / 1e6).toFixed(0)} MB` };
    }),
};

/** The most memory that a process had so far; 0 where the system does not tell. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
}
