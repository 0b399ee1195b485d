import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LabError } from '../../shared/contract/errors.ts';
import { systemWords } from '../../shared/contract/system-errors.ts';
import { migrations } from './migrations.ts';

/** Marks a SQLite file as Magnilab's: "MgLb" as a number. */
const APPLICATION_ID = 0x4d674c62;
/** How long a statement waits for another process's write, ms. */
const BUSY_TIMEOUT = 5000;

/**
 * Opens a lab's database, made if it does not exist, and brings it to the current version.
 * @param path a file, or ":memory:"
 * @param steps the migrations; a parameter for tests only
 * @throws LabError "damaged-file", naming the file, when it is no database or is damaged, "already-exists" when it belongs to
 * another program, "newer-format" when a newer Magnilab wrote it; it is left as it is
 */
export function openDatabase(path: string, steps: readonly string[] = migrations): DatabaseSync {
  const isNew = path === ':memory:' || !existsSync(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true });
    if (!isNew) check(db, path, steps.length);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    migrate(db, path, steps);
    return db;
  } catch (error) {
    db?.close();
    if (isDamage(error)) throw damaged(path, `is damaged or no database (${(error as Error).message})`);
    throw inWords(error, path);
  }
}

/** Reads from a lab's database that is open elsewhere. @returns what `work` returns */
export function readDatabase<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/**
 * Runs statements as one transaction: all of them or, when one throws, none. Transactions do not nest.
 * @returns what `work` returns
 */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK'); // SQLite itself rolls back on some errors, e.g. a full disk
    throw inWords(error, db.location() ?? ':memory:');
  }
}

/** Refuses a file before anything is written to it. */
function check(db: DatabaseSync, path: string, newest: number): void {
  const version = pragma(db, 'user_version');
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n);
  const application = pragma(db, 'application_id');
  if ((tables > 0 || application !== 0) && application !== APPLICATION_ID)
    throw new LabError('already-exists', `${path} is a database of another program. Move it away, or choose another folder.`, {
      path,
    });
  if (version > newest) {
    throw newer(path, version, newest);
  }
  const verdict = String(db.prepare('PRAGMA quick_check(1)').get()?.quick_check);
  if (verdict !== 'ok') throw damaged(path, `is damaged (${verdict})`);
}

function migrate(db: DatabaseSync, path: string, steps: readonly string[]): void {
  if (pragma(db, 'user_version') === steps.length) return;
  transaction(db, () => {
    // read again: another process may have migrated while this one waited for the lock
    const version = pragma(db, 'user_version');
    if (version > steps.length) throw newer(path, version, steps.length);
    for (const step of steps.slice(version)) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length};`);
  });
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function newer(path: string, version: number, newest: number): LabError {
  const message = `${path} was written by a newer Magnilab (version ${version} of the database, this one knows ${newest}). Update Magnilab to open it.`;
  return new LabError('newer-format', message, { path });
}

function damaged(path: string, what: string): LabError {
  return new LabError('damaged-file', `${path} ${what}.`, { path });
}

/** SQLITE_CORRUPT and SQLITE_NOTADB, with their extended codes. */
function isDamage(error: unknown): boolean {
  return [11, 26].includes(codeOf(error));
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

/** What the system says through SQLite, as it says it elsewhere: SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR. */
const ERRNO: Readonly<Record<number, string>> = { 13: 'ENOSPC', 8: 'EROFS', 10: 'EIO' };

function inWords(error: unknown, path: string): unknown {
  const said = ERRNO[codeOf(error)];
  const errno = said === 'EIO' && isFull(path) ? 'ENOSPC' : said; // its memory shared by file says no more than "disk I/O error"
  const words = systemWords(errno);
  if (!words) return error;
  return new LabError(words.code, `${path} could not be written: ${words.what}. ${words.advice}`, { path });
}

/** Less room than SQLite needs for a transaction's smallest files. */
const LEAST_ROOM_BYTES = 256 * 1024;

function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LEAST_ROOM_BYTES;
  } catch {
    return false;
  }
}
