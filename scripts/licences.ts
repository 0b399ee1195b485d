/** `npm run licences`: writes resources/licences.json, the packages that Magnilab ships with, their versions and licences. */
import { readFile, writeFile } from 'node:fs/promises';
import { licencesOf } from './licences-of.ts';

const root = new URL('..', import.meta.url);
const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8')) as Parameters<typeof licencesOf>[0];
await writeFile(new URL('resources/licences.json', root), `${JSON.stringify(licencesOf(lock), null, 2)}\n`);
