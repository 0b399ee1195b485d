import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

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
        writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { flush: true }); // throws when it does not fit
        renameSync(`${path}.new`, path);
      } catch {
        // a full disk or a read-only home
      }
    },
  };
}
