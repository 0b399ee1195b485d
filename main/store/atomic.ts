import { open, readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { LabError } from '../../shared/contract/errors.ts';

/** Writes a file so that a reader, or a power cut, finds the old content or the new, never a part: temporary name, sync, rename. */
export async function writeAtomically(path: string, content: string | Buffer): Promise<void> {
  await writeFileAtomic(path, content);
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * @param what names the file's role in errors: "plan", "config.json"
 * @throws LabError "not-found" or "damaged-file"
 */
export async function readJson(path: string, what: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new LabError('not-found', `The ${what} ${path} could not be read (${error.code ?? error.message}).`, { path });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LabError('damaged-file', `The ${what} ${path} is not valid JSON: ${(error as Error).message}.`, { path });
  }
}

/** Appends one line and waits until it is on disk. */
export async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    await file.write(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
