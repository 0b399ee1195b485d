import { readFileSync } from 'node:fs';
import metadata from '../../package.json' with { type: 'json' };
import { besideApp } from './entries.ts';

/** Version of this Magnilab. */
export const version: string = metadata.version;

/** Where newer packages are, as whoever made this package said (scripts/dist.ts); null from source, and where nobody said. */
export function releasesAddress(file = besideApp('release.json')): string | null {
  if (file === null) return null;
  try {
    const { releases } = JSON.parse(readFileSync(file, 'utf8')) as { releases?: unknown };
    return typeof releases === 'string' && releases.startsWith('https://') ? releases : null;
  } catch {
    return null; // a package that was taken apart
  }
}
