import { TRY_LIMITS } from '../../shared/contract/try-limits.ts';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { LabError } from '../../shared/contract/errors.ts';

/** A page that sends no part for so long has gone, ms. */
const ABANDONED_MS = 60_000;

interface Upload {
  readonly file: string;
  readonly size: number;
  received: number;
  /** of the last part, ms */
  heard: number;
}

/** A part of a file, as `try.upload` has it. */
export interface UploadPart {
  readonly upload?: string;
  readonly name: string;
  readonly size: number;
  readonly offset: number;
  readonly part: string;
}

/** Files that pages send in parts, in a temporary folder of the lab's own, which is removed when the lab closes. */
export class Uploads {
  private folder: Promise<string> | null = null;
  private readonly unfinished = new Map<string, Upload>();

  /** Files of which parts are missing. */
  get count(): number {
    const now = Date.now();
    for (const [id, { heard, file }] of this.unfinished) if (now - heard > ABANDONED_MS) void this.drop(id, file);
    return this.unfinished.size;
  }

  /**
   * Takes the next part of a file.
   * @returns the path of the file with its last part, else null
   * @throws LabError "bad-input" that names the file: too large, empty, or parts that do not follow each other
   */
  async take({ upload: id, name, size, offset, part }: UploadPart): Promise<{ id: string; file: string | null }> {
    const key = id ?? (await this.begin(name, size));
    const upload = this.unfinished.get(key);
    if (!upload) throw refusal(`The first part of ${name} is not there any more: add the image again.`);
    const bytes = Buffer.from(part, 'base64');
    const end = offset + bytes.length;
    if (offset !== upload.received || end > upload.size || bytes.length === 0) {
      await this.drop(key, upload.file);
      throw refusal(`${name} did not arrive whole: add the image again.`);
    }
    upload.received = end; // before anything is waited for: the same part twice does not follow itself
    upload.heard = Date.now();
    try {
      await appendFile(upload.file, bytes);
    } catch (error) {
      await this.drop(key, upload.file);
      throw error;
    }
    if (end < upload.size) return { id: key, file: null };
    this.unfinished.delete(key);
    return { id: key, file: upload.file };
  }

  /** Removes all files. */
  async close(): Promise<void> {
    const folder = await this.folder?.catch(() => null);
    this.folder = null;
    this.unfinished.clear();
    if (folder) await rm(folder, { recursive: true, force: true });
  }

  private async begin(name: string, size: number): Promise<string> {
    if (size > TRY_LIMITS.bytes)
      throw refusal(
        `${name} has ${Math.ceil(size / 1e6)} megabytes; at most ${TRY_LIMITS.bytes / 1e6} are sent. Choose it by its path on this machine, or a smaller image.`,
      );
    if (size === 0) throw refusal(`${name} is empty: choose another file.`);
    const id = randomUUID();
    const folder = await (this.folder ??= mkdtemp(join(tmpdir(), 'magnilab-try-')));
    const upload: Upload = { file: join(folder, id), size, received: 0, heard: Date.now() }; // its name stays out of paths
    await writeFile(upload.file, '', { mode: 0o600 });
    this.unfinished.set(id, upload);
    return id;
  }

  private async drop(id: string, file: string): Promise<void> {
    this.unfinished.delete(id);
    await rm(file, { force: true });
  }
}

function refusal(message: string): LabError {
  return new LabError('bad-input', message, { field: 'images' });
}
