import { readFileSync } from 'node:fs';

/** A fixture that test/reference/make.py wrote. */
export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/reference/${name}.json`, import.meta.url), 'utf8')) as T;
}
