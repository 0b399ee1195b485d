import { readFileSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import type { ErrorEnvelope } from '../../shared/contract/errors.ts';
import { engineChoiceSchema } from '../../shared/contract/trial.ts';
import { dataIsAway } from '../training/data-away.ts';
import { placeConfig, readTrialConfig, trialFiles } from '../training/trial-folder.ts';

/** Room beyond what a write needed before the queue goes on: logs and history grow too. */
const SPARE_BYTES = 50e6;
/** A trial that was killed for want of memory and told nothing of its needs starts again when so much is free. */
const LEAST_MEMORY_BYTES = 1e9;

/**
 * Whether what stopped a trial has passed, so that trying again makes sense.
 * @param folder of the trial
 */
export async function hasPassed({ code, details }: ErrorEnvelope, folder: string): Promise<boolean> {
  switch (code) {
    case 'data-away': {
      const { config } = await readTrialConfig(folder);
      return !dataIsAway(await placeConfig(folder, config));
    }
    case 'disk-full': {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize > (Number(details?.needed) || 0) + SPARE_BYTES;
    }
    case 'out-of-memory':
      return process.availableMemory() > (await memoryOf(folder));
    default:
      return true;
  }
}

/** What the trial's steps took when they were measured, bytes. */
async function memoryOf(folder: string): Promise<number> {
  const text = await readFile(trialFiles(folder).engine, 'utf8').catch(() => 'null');
  const measured = engineChoiceSchema.shape.measured.safeParse((JSON.parse(text) as { measured?: unknown } | null)?.measured);
  const peaks = (measured.data ?? []).flatMap(({ measurement: m }) => (m.ok ? [m.peakBytes] : []));
  return Math.max(LEAST_MEMORY_BYTES, ...peaks);
}

/** Processes that the system has killed since it started because memory ran out; null where it does not tell. */
export function memoryKills(): number | null {
  try {
    const match = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'));
    return match && Number(match[1]);
  } catch {
    return null;
  }
}
