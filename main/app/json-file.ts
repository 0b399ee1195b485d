import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** A small file of settings. An unreadable one counts as empty, an unwritable one is not written: it only saves clicks. */
export interface JsonFile<T extends object> {
  read(): Partial<T>;
  write(value: T): void;
}

export function jsonFile<T extends object>(path: string): JsonFile<T> {
  return {
    read() {
      try {
        const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
        return typeof value === 'object' && value !== null ? (value as Partial<T>) : {};
      } catch {
        return {};
      }
    },
    write(value) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileAtomic.sync(path, `${JSON.stringify(value, null, 2)}\n`);
      } catch {
        // a read-only home
      }
    },
  };
}
