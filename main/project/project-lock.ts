import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { LabError } from '../../shared/contract/errors.ts';
import { temporaryName } from '../platform/atomic.ts';
import { processStart } from '../platform/process-lives.ts';

/** lab.owner: which lab has the project open. */
interface Owner {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  readonly start: string | null;
  /** counts up while the owner lives: other machines' clocks need not agree with ours */
  readonly beat: number;
}

export interface ProjectLock {
  /**
   * Asks before every write whether the project is still ours.
   * @throws LabError "project-locked" when another lab took it over
   */
  check(): void;
  release(): Promise<void>;
}

const [SQLITE_BUSY, SQLITE_IOERR] = [5, 10];
const BEAT_MS = 3_000;
/** An owner on another machine that does not beat for so long has died, ms. */
const SILENCE_MS = 12_000;
/** A process that was just killed holds its lock for a moment, ms. */
const PATIENCE_MS = 1_500;

/**
 * Holds a project for this lab. Two guards: the operating system's lock on `lock` (through SQLite, which knows every system's
 * way), which ends with its process and not before, however long that is suspended and whatever the clocks say; and the record
 * `owner`, since a shared disk may not pass locks on between machines.
 * @param onLost called once when another lab has taken the project over
 * @throws LabError "project-locked" while another lab holds it
 */
export async function lockProject(
  { lock, owner }: { readonly lock: string; readonly owner: string },
  onLost: () => void,
): Promise<ProjectLock> {
  const folder = dirname(lock);
  await rmdir(lock).catch(() => {}); // earlier versions of Magnilab locked by a folder of this name
  const held = await holdFile(lock, folder);
  try {
    await outlast(owner, folder);
    return await own(owner, held, folder, onLost);
  } catch (error) {
    held?.close();
    throw error;
  }
}

/** @returns null where the disk knows no locks: then the owner's record alone guards */
async function holdFile(lock: string, folder: string): Promise<DatabaseSync | null> {
  const deadline = performance.now() + PATIENCE_MS;
  await mkdir(folder, { recursive: true });
  for (;;) {
    const database = new DatabaseSync(lock, { timeout: 0 });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
      return database;
    } catch (error) {
      database.close();
      const kind = Number((error as { errcode?: number }).errcode) & 0xff;
      if (kind === SQLITE_IOERR) return null;
      if (kind !== SQLITE_BUSY)
        await rm(lock, { force: true }); // not a file that could be locked: whatever it is, it is not ours
      else if (performance.now() > deadline) throw lockedOut(folder);
      await wait(100);
    }
  }
}

/** Waits until an owner on another machine has shown that it lives (then refuses) or has not. */
async function outlast(owner: string, folder: string): Promise<void> {
  const first = await readOwner(owner);
  if (!first || first.host === hostname()) return; // of this machine: the file's lock has told
  for (const deadline = performance.now() + SILENCE_MS; performance.now() < deadline;) {
    await wait(500);
    const now = await readOwner(owner);
    if (!now) return;
    if (now.token !== first.token || now.beat !== first.beat) throw lockedOut(folder, now.host);
  }
}

async function own(path: string, held: DatabaseSync | null, folder: string, onLost: () => void): Promise<ProjectLock> {
  const me = { token: randomUUID(), pid: process.pid, host: hostname(), start: processStart(process.pid) };
  let beat = 0;
  let lost = false;
  const write = () => writeOwner(path, { ...me, beat: beat++ });
  const check = () => {
    if (!lost && tokenNow(path) === me.token) return;
    if (!lost && !existsSync(folder)) return; // the drive is away: the write itself will say so
    if (!lost) onLost();
    lost = true;
    throw new LabError('project-locked', `Another Magnilab has taken over the project ${folder}; this one writes nothing more.`, {
      field: 'folder',
    });
  };
  await write();
  check(); // of two that took over at once the last one to write has it
  const timer = setInterval(() => {
    try {
      check();
      write().catch(() => {}); // the drive is away for a moment
    } catch {
      clearInterval(timer);
    }
  }, BEAT_MS);
  timer.unref();
  return {
    check,
    async release() {
      clearInterval(timer);
      if (!lost) await rm(path, { force: true }).catch(() => {}); // the folder may have been deleted
      held?.close();
    },
  };
}

/** Not synced: it matters while processes live, not after a power cut. */
async function writeOwner(path: string, owner: Owner): Promise<void> {
  const temporary = join(dirname(path), temporaryName());
  await writeFile(temporary, JSON.stringify(owner));
  await rename(temporary, path);
}

async function readOwner(path: string): Promise<Owner | null> {
  return parseOwner(await readFile(path, 'utf8').catch(() => ''));
}

/** Synchronous, so that nothing comes between the question and the write. */
function tokenNow(path: string): string | undefined {
  try {
    return parseOwner(readFileSync(path, 'utf8'))?.token;
  } catch {
    return undefined;
  }
}

function parseOwner(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Owner;
    return typeof owner.host === 'string' ? owner : null;
  } catch {
    return null;
  }
}

function lockedOut(folder: string, host?: string): LabError {
  const where = host === undefined ? 'Another Magnilab' : `A Magnilab on the machine ${host}`;
  return new LabError('project-locked', `${where} has the project ${folder} open. Close it there first.`, { field: 'folder' });
}
