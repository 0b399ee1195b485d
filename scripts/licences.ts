/** `npm run licences`: writes resources/licences.json, the packages that Magnilab ships with, their versions and licences. */
import { writeFile } from 'node:fs/promises';
import { shippedPackages } from './shipped.ts';

await writeFile(new URL('../resources/licences.json', import.meta.url), `${JSON.stringify(await shippedPackages(), null, 2)}\n`);
