import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { LabError } from '../../shared/contract/errors.ts';
import { writeJson } from '../platform/atomic.ts';
import { processStart, sameProcessLives } from '../platform/process-lives.ts';

/** lease.json of a run folder: which process may write there. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  readonly start: string | null;
  readonly beat: number;
}

/** The right of one process to write into a run folder. */
export interface Lease {
  /** by which another thread of this process asks, see {@link requireLease} */
  readonly token: string;
  /** @throws LabError "project-locked" when another process has taken over */
  check(): void;
  release(): void;
}

/** A process that is being stopped may take so long to end, ms. */
const PATIENCE_MS = 10_000;
const BEAT_MS = 5_000;
/** A holder on another machine that does not beat for so long has died, ms: a step may take its time. */
const SILENCE_MS = 30_000;

/**
 * Takes the lease of a run folder, from a process that has died too.
 * @throws LabError "project-locked" while another process lives that has it
 */
export async function takeLease(folder: string): Promise<Lease> {
  const path = join(folder, LEASE_FILE);
  await outlast(path, folder);
  const me = { token: randomUUID(), pid: process.pid, host: hostname(), start: processStart(process.pid) };
  let beat = 0;
  const write = () => writeJson(path, { ...me, beat: beat++ } satisfies Holder, beat > 1 ? check : undefined);
  const check = () => requireLease(folder, me.token);
  await write();
  check(); // of two that took over at once the last one to write has it
  const timer = setInterval(() => void write().catch(() => {}), BEAT_MS);
  timer.unref();
  return {
    token: me.token,
    check,
    release() {
      clearInterval(timer);
      if (readNow(path)?.token === me.token) rmSync(path, { force: true });
    },
  };
}

export const LEASE_FILE = 'lease.json';

/** @throws LabError "project-locked" where the lease of a run folder is no longer the one of this token */
export function requireLease(folder: string, token: string): void {
  if (readNow(join(folder, LEASE_FILE))?.token === token) return;
  if (!existsSync(folder)) return; // the drive is away: the write itself will say so
  throw new LabError('project-locked', `Another process has taken over the trial in ${folder}; this one writes nothing more.`);
}

/** Who has the right to write into a run folder; null when nobody has, or it cannot be read. */
export function readHolder(folder: string): Holder | null {
  return readNow(join(folder, LEASE_FILE));
}

async function outlast(path: string, folder: string): Promise<void> {
  const first = parse(await readFile(path, 'utf8').catch(() => ''));
  if (!first) return;
  const here = first.host === hostname();
  for (const deadline = performance.now() + (here ? PATIENCE_MS : SILENCE_MS); performance.now() < deadline;) {
    const now = parse(await readFile(path, 'utf8').catch(() => ''));
    if (!now || (here && !sameProcessLives(now))) return;
    if (!here && (now.token !== first.token || now.beat !== first.beat)) throw taken(now, folder);
    await wait(200);
  }
  if (here) throw taken(first, folder);
}

function taken({ pid, host }: Holder, folder: string): LabError {
  const where = host === hostname() ? `process ${pid}` : `process ${pid} on the machine ${host}`;
  return new LabError('project-locked', `The trial in ${folder} is running already (${where}). Wait until it ends, or end it.`);
}

function readNow(path: string): Holder | null {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

function parse(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.token === 'string' && typeof holder.pid === 'number' ? holder : null;
  } catch {
    return null;
  }
}
