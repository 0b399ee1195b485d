import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { IndexSummary } from '../../shared/contract/dataset.ts';
import type { IndexResult } from '../dataset/index-folder.ts';
import { summarise } from '../dataset/index-folder.ts';
import { readDatabase } from '../project/database.ts';
import { loadIndex } from '../project/image-index.ts';
import { Known } from './known.ts';

/** An index as the lab knows it; the images themselves are in the database. */
export interface IndexRef {
  /** path of the SQLite file */
  readonly database: string;
  /** another one whenever the index is */
  readonly revision: string;
  /** where the images lie now */
  readonly folder: string;
}

/** What the lab keeps of an index. */
export interface IndexFacts {
  readonly csv: string | null;
  readonly synthetic: boolean;
  readonly images: number;
}

export function factsOf({ csv, synthetic, images }: IndexResult): IndexFacts {
  return { csv, synthetic, images: images.length };
}

const indexes = new Known<ReturnType<typeof loadIndex>>(2);

function load({ database, revision }: Omit<IndexRef, 'folder'>) {
  return indexes.get(database, revision, () => readDatabase(database, (db) => loadIndex(db, { files: false })));
}

/** The index of a database, without what is known of files. */
export function indexOf(ref: IndexRef): IndexResult {
  const stored = load(ref);
  if (!stored) throw new Error(`${ref.database} holds no index`); // the lab asks for what it has opened or stored
  return stored.result;
}

/** @returns where the images lay when they were indexed, and what the lab keeps; null before the first index */
export function openImages(input: Omit<IndexRef, 'folder'>): { folder: string; facts: IndexFacts } | null {
  const stored = load(input);
  return stored && { folder: stored.folder, facts: factsOf(stored.result) };
}

export function summariseImages(ref: IndexRef): IndexSummary {
  return summarise(indexOf(ref), ref.folder);
}

/** The images that a folder lacks or has in another size. */
export async function imagesMissingFrom({ index, folder }: { index: IndexRef; folder: string }): Promise<string[]> {
  const missing: string[] = [];
  for (const { path, bytes } of indexOf(index).images) {
    const info = await stat(join(folder, path)).catch(() => null);
    if (info?.size !== bytes) missing.push(path);
  }
  return missing;
}
