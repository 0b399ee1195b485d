import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openDatabase, transaction } from '../../../main/project/database.ts';
import { temporaryFolder } from '../../helpers/images.ts';

const refusal = (code: string, path: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(path), details: { path } });

describe('openDatabase', () => {
  it('makes a database, and opens it again', () => {
    const path = join(temporaryFolder(), 'lab.sqlite');
    const steps = ['CREATE TABLE a (x INTEGER) STRICT'];
    const db = openDatabase(path, steps);
    db.exec('INSERT INTO a VALUES (1)');
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    db.close();
    const later = openDatabase(path, [...steps, 'CREATE TABLE b (y); INSERT INTO b SELECT x FROM a;']);
    expect(later.prepare('SELECT y FROM b').get()).toEqual({ y: 1 });
    later.close();
  });

  it('leaves a database as it was when a migration fails', () => {
    const path = join(temporaryFolder(), 'lab.sqlite');
    openDatabase(path, ['CREATE TABLE a (x)']).close();
    expect(() => openDatabase(path, ['CREATE TABLE a (x)', 'CREATE TABLE b (y); INSERT INTO nothing VALUES (1);'])).toThrow(
      'nothing',
    );
    const db = openDatabase(path, ['CREATE TABLE a (x)']);
    expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'a' }]);
    db.close();
  });

  it('refuses a database of a newer Magnilab', () => {
    const path = join(temporaryFolder(), 'lab.sqlite');
    openDatabase(path, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']).close();
    expect(() => openDatabase(path, ['CREATE TABLE a (x)'])).toThrow(refusal('newer-format', path));
  });

  it('refuses what is no database of Magnilab, and does not touch it', () => {
    const folder = temporaryFolder();
    const text = join(folder, 'text.sqlite');
    writeFileSync(text, 'This is a letter. '.repeat(500));
    const foreign = join(folder, 'foreign.sqlite');
    const other = new DatabaseSync(foreign);
    other.exec('CREATE TABLE theirs (x)');
    other.close();
    for (const [path, code] of [
      [text, 'damaged-file'],
      [foreign, 'already-exists'],
    ]) {
      const before = readFileSync(path);
      expect(() => openDatabase(path)).toThrow(refusal(code, path));
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  it('notices damaged pages', () => {
    const path = join(temporaryFolder(), 'lab.sqlite');
    const db = openDatabase(path, ['CREATE TABLE a (x TEXT)']);
    const insert = db.prepare('INSERT INTO a VALUES (?)');
    for (let i = 0; i < 2000; i++) insert.run(`row ${i}`.repeat(10));
    db.close();
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 8192, 16384);
    writeFileSync(path, bytes);
    expect(() => openDatabase(path, ['CREATE TABLE a (x TEXT)'])).toThrow(refusal('damaged-file', path));
  });

  it('waits for another process instead of failing at once', () => {
    const db = openDatabase(join(temporaryFolder(), 'lab.sqlite'));
    expect(Number(Object.values(db.prepare('PRAGMA busy_timeout').get() ?? {})[0])).toBeGreaterThanOrEqual(1000);
    db.close();
  });
});

describe('transaction', () => {
  it('keeps all or nothing', () => {
    const db = openDatabase(':memory:', ['CREATE TABLE a (x)']);
    const failing = () =>
      transaction(db, () => {
        db.exec('INSERT INTO a VALUES (1)');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(db.prepare('SELECT count(*) AS n FROM a').get()).toEqual({ n: 0 });
    expect(transaction(db, () => db.prepare('INSERT INTO a VALUES (1)').run().changes)).toBe(1);
  });
});
