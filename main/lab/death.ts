import { readFileSync } from 'node:fs';
import type { ErrorEnvelope } from '../../shared/contract/errors.ts';
import type { Exit } from '../executors/executor.ts';

/**
 * Why a process ended that had no time to say so.
 * @param killsBefore {@link memoryKills} when it started
 */
export function deathOf({ code, signal }: Exit, killsBefore: number | null): ErrorEnvelope {
  const kills = memoryKills();
  if (signal === 'SIGKILL' && kills !== null && killsBefore !== null && kills > killsBefore)
    return { code: 'out-of-memory', message: 'Memory ran out, and the system ended the trial.' };
  if (signal === 'SIGKILL') {
    const message =
      'The trial process was killed by the system, most often because memory ran out. Resume it, with a smaller batch if it happens again.';
    return { code: 'trial-failed', message };
  }
  const how = signal ?? (code === null ? 'nobody saw how' : `code ${code}`);
  const message = `The trial process ended unexpectedly (${how}). Its log.txt has the last words; Resume goes on after the last finished epoch.`;
  return { code: 'trial-failed', message };
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
