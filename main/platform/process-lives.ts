import { readFileSync } from 'node:fs';

/** Whether a process of this machine lives, a suspended one included; one that ended and was not collected does not. */
export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return statOf(pid)?.[0] !== 'Z';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives, and is somebody else's
  }
}

/**
 * When a process began, as its system counts it: numbers of processes are used again, and a number with its start is not. Null
 * where the system does not tell.
 */
export function processStart(pid: number): string | null {
  return statOf(pid)?.[19] ?? null;
}

/** The fields of Linux's /proc/PID/stat from the third on, the state; null elsewhere. */
function statOf(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the second field is a name that may hold spaces and parentheses
  } catch {
    return null;
  }
}

/** Whether the very process that was noted down still lives. */
export function sameProcessLives({ pid, start }: { readonly pid: number; readonly start?: string | null }): boolean {
  if (!processLives(pid)) return false;
  const now = processStart(pid);
  return start === undefined || start === null || now === null || now === start;
}
