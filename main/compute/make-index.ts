import { randomUUID } from 'node:crypto';
import type { IndexSummary } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { unpackArchive } from '../dataset/archive/unpack.ts';
import { indexFolder, type IndexResult, summarise } from '../dataset/index-folder.ts';
import { openDatabase, readDatabase } from '../project/database.ts';
import { loadIndex, saveIndex } from '../project/image-index.ts';
import { factsOf, type IndexFacts } from './images.ts';
import type { Context } from './messages.ts';

export interface IndexRequest {
  /** absolute */
  readonly folder: string;
  readonly csv?: string;
  readonly verify: boolean;
  /** the database whose index knows the files of this folder */
  readonly known?: string;
}

export interface MadeIndex {
  readonly revision: string;
  readonly summary: IndexSummary;
  readonly facts: IndexFacts;
}

/** The last index that was made, until it is stored: work of this kind is done once at a time. */
let made: { readonly revision: string; readonly folder: string; readonly result: IndexResult } | null = null;

/** Unpacks an archive of images into a folder of its name. @returns the folder */
export async function unpackImages(
  { archive, parent }: { readonly archive: string; readonly parent: string },
  { signal, tell }: Context,
): Promise<string> {
  const onProgress = (done: number, total: number) => tell({ phase: 'unpack', done, total });
  return unpackArchive(archive, parent, { signal, onProgress });
}

/** Indexes a folder. Nothing is written: the lab asks first whether the project is still its own. */
export async function makeIndex({ folder, csv, verify, known }: IndexRequest, { signal, tell }: Context): Promise<MadeIndex> {
  const files = known === undefined ? undefined : readDatabase(known, (db) => loadIndex(db)?.result.files);
  const result = await indexFolder(folder, { csv, verify, known: files, signal, onProgress: tell });
  made = { revision: randomUUID(), folder, result };
  return { revision: made.revision, summary: summarise(result, folder), facts: factsOf(result) };
}

/** Writes the index that was made last into a database. */
export function storeIndex({ revision, database }: { revision: string; database: string }): void {
  if (made?.revision !== revision) throw new LabError('internal', 'The index that was made has been lost. Index again.');
  const { folder, result } = made;
  const db = openDatabase(database);
  try {
    saveIndex(db, folder, result);
    made = null;
  } finally {
    db.close();
  }
}
