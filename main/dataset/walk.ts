import { type BigIntStats, constants, type Dirent } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../shared/contract/dataset.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { compareText, makeProblem } from './problem.ts';

/** A file that its name makes a candidate for an image. */
export interface FoundFile {
  /** relative to the walked folder, with "/" */
  readonly path: string;
  /** bytes */
  readonly size: number;
  readonly mtimeMs: number;
  /** time of the last change to content or attributes, which no program can set back */
  readonly ctimeMs: number;
  readonly ino: number;
}

export interface WalkResult {
  /** sorted by path */
  readonly files: FoundFile[];
  readonly problems: Problem[];
}

export interface WalkOptions {
  readonly signal?: AbortSignal;
  /** called after every folder with the number of files found so far */
  readonly onFound?: (files: number) => void;
}

/** Of files that may be images. */
export const IMAGE_NAME = /\.(png|jpe?g|tiff?|bmp)$/i;
/** Archives and pictures that people keep data sets in, and that are not read. */
const LEFT_OUT =
  /\.(webp|gif|heic|heif|avif|jxl|jp2|j2k|jpf|jfif|jpe|psd|dcm|dicom|svs|ndpi|vms|scn|mrxs|bif|czi|lif|lsm|nd2|oib|oif|vsi|ets|qptiff|zvi|ims|stk|btf|raw|dng|cr2|cr3|nef|arw|orf|pgm|ppm|pnm|exr|npy|npz|h5|hdf5|mat|zarr|zip|rar|7z|tar|tgz|gz|bz2|xz|zst)$/i;
const ARCHIVE = /zip|rar|7z|tar|tgz|gz|bz2|xz|zst/;
const EXAMPLES = 5;
/** Files are looked at so many at a time: enough to hide the latency of a network share, few enough to cancel at once. */
const BATCH = 64;

interface Folder {
  readonly path: string;
  readonly identity: string;
  readonly parent: Folder | null;
}

/**
 * Finds the image files below a folder, whatever its layout, without opening any of them. Hidden files and folders are left
 * out. Symbolic links are followed after everything that is really there, and no file or folder is counted twice: a tree of
 * links beside the real tree adds nothing, a link to a folder that contains it is reported as "symlink-loop".
 * @throws LabError "not-found" where the folder does not exist or is no folder, "not-allowed" where it may not be read,
 * "cancelled" when the signal is aborted
 */
export async function walk(root: string, options: WalkOptions = {}): Promise<WalkResult> {
  const walker = new Walker(root, options);
  await walker.run();
  walker.reportLeftOut();
  return { files: walker.files.sort((a, b) => compareText(a.path, b.path)), problems: walker.problems };
}

/**
 * Makes sure that a folder can be read.
 * @throws LabError "not-found" where it does not exist or is no folder, "not-allowed" where it may not be read
 */
export async function checkFolder(folder: string): Promise<BigIntStats> {
  let stats: BigIntStats;
  try {
    stats = await stat(folder, { bigint: true });
    if (stats.isDirectory()) await access(folder, constants.R_OK);
  } catch (error) {
    if (isDenied(error)) throw new LabError('not-allowed', `The folder ${folder} may not be read.`, { path: folder });
    throw new LabError('not-found', `The folder ${folder} does not exist.`, { path: folder });
  }
  if (!stats.isDirectory()) throw new LabError('not-found', `${folder} is not a folder.`, { path: folder });
  return stats;
}

class Walker {
  readonly files: FoundFile[] = [];
  readonly problems: Problem[] = [];
  private readonly root: string;
  private readonly options: WalkOptions;
  private readonly seenFolders = new Set<string>();
  private readonly seenFiles = new Set<string>();
  private readonly leftOut = new Map<string, string[]>();
  private readonly pending: Folder[] = [];
  private readonly links: { path: string; parent: Folder }[] = [];

  constructor(root: string, options: WalkOptions) {
    this.root = root;
    this.options = options;
  }

  async run(): Promise<void> {
    await this.openRoot();
    while (this.pending.length > 0 || this.links.length > 0) {
      this.stopIfCancelled();
      const folder = this.pending.pop();
      if (folder) await this.readFolder(folder);
      else await this.follow(this.links.shift()!);
      this.options.onFound?.(this.files.length);
    }
  }

  private async openRoot(): Promise<void> {
    this.stopIfCancelled();
    this.enter({ path: '', identity: identityOf(await checkFolder(this.root)), parent: null });
  }

  private enter(folder: Folder): void {
    this.seenFolders.add(folder.identity);
    this.pending.push(folder);
  }

  private async readFolder(folder: Folder): Promise<void> {
    let entries: Dirent<Buffer>[];
    try {
      // as bytes: a name that is no valid UTF-8 would come back changed, and the file could not be opened by it
      entries = await readdir(this.at(folder.path), { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      return this.report(folder.path, error, 'the folder');
    }
    const names = entries
      .map((entry) => ({ entry, name: this.readName(entry, folder) }))
      .filter((n): n is { entry: Dirent<Buffer>; name: string } => n.name !== null && !n.name.startsWith('.'))
      .sort((a, b) => compareText(a.name, b.name));
    const candidates: string[] = [];
    const folders: string[] = [];
    for (const { entry, name } of names) {
      const path = folder.path ? `${folder.path}/${name}` : name;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isSymbolicLink()) this.links.push({ path, parent: folder });
      else if (!IMAGE_NAME.test(name)) this.leaveOut(path);
      else if (entry.isFile()) candidates.push(path);
      // opening a pipe or a device could wait for ever
      else this.problems.push(makeProblem('not-an-image', path, 'it is a pipe, socket or device, not a file'));
    }
    for (const path of folders.reverse()) await this.enterFolder(path, folder);
    for (let i = 0; i < candidates.length; i += BATCH) {
      this.stopIfCancelled();
      await Promise.all(candidates.slice(i, i + BATCH).map((path) => this.addFile(path)));
    }
  }

  /** The name as text; null, with a problem where it matters, if its bytes are no valid UTF-8. */
  private readName(entry: Dirent<Buffer>, folder: Folder): string | null {
    const name = entry.name.toString('utf8');
    if (Buffer.compare(Buffer.from(name, 'utf8'), entry.name) === 0) return name;
    if (entry.isDirectory() || IMAGE_NAME.test(name)) {
      const path = folder.path ? `${folder.path}/${name}` : name;
      this.problems.push(makeProblem('name-not-understood', path, 'the name is not valid UTF-8 text'));
    }
    return null;
  }

  private async enterFolder(path: string, parent: Folder): Promise<void> {
    try {
      const identity = identityOf(await stat(this.at(path), { bigint: true }));
      // a bind mount or junction can lead back without being a symbolic link
      if (!this.seenFolders.has(identity)) this.enter({ path, identity, parent });
      else if (isAncestor(identity, parent)) this.reportLoop(path);
    } catch (error) {
      this.report(path, error, 'the folder');
    }
  }

  private async addFile(path: string): Promise<void> {
    try {
      const stats = await stat(this.at(path));
      this.seenFiles.add(`${stats.dev}:${stats.ino}`);
      this.files.push({ path, ...stampOf(stats) });
    } catch (error) {
      this.report(path, error, 'the file');
    }
  }

  private async follow(link: { path: string; parent: Folder }): Promise<void> {
    try {
      const target = await stat(this.at(link.path), { bigint: true });
      if (target.isDirectory()) {
        const identity = identityOf(target);
        if (isAncestor(identity, link.parent)) this.reportLoop(link.path);
        else if (!this.seenFolders.has(identity)) this.enter({ path: link.path, identity, parent: link.parent });
      } else if (IMAGE_NAME.test(link.path) && target.isFile() && !this.seenFiles.has(identityOf(target))) {
        await this.addFile(link.path);
      }
    } catch (error) {
      if (codeOf(error) === 'ELOOP') this.reportLoop(link.path);
      else if (IMAGE_NAME.test(link.path)) this.report(link.path, error, 'the target of the link');
    }
  }

  /** Remembers files that look like a part of the data set but are not read. */
  private leaveOut(path: string): void {
    const extension = (/\.tar\.\w+$/i.exec(path) ?? LEFT_OUT.exec(path))?.[0].toLowerCase();
    if (extension === undefined) return;
    const paths = this.leftOut.get(extension) ?? [];
    this.leftOut.set(extension, paths);
    paths.push(path);
  }

  reportLeftOut(): void {
    for (const [extension, found] of this.leftOut) {
      const paths = found.sort(compareText);
      const kind = ARCHIVE.test(extension) ? 'archives, which may hold images' : 'images in a format that is not read';
      const more = paths.length > EXAMPLES ? ` and ${paths.length - EXAMPLES} more` : '';
      const what = `${paths.length} ${extension} ${paths.length === 1 ? 'file is' : 'files are'} left out: ${kind} (${paths.slice(0, EXAMPLES).join(', ')}${more})`;
      this.problems.push(makeProblem('left-out', '.', what, paths));
    }
  }

  private reportLoop(path: string): void {
    this.problems.push(makeProblem('symlink-loop', path, 'the link leads back to a folder that contains it'));
  }

  private report(path: string, error: unknown, what: string): void {
    if (isDenied(error)) this.problems.push(makeProblem('no-permission', path || '.', `${what} may not be read`));
    else this.problems.push(makeProblem('unreadable', path || '.', `${what} could not be read (${codeOf(error)})`));
  }

  private at(path: string): string {
    return join(this.root, path);
  }

  private stopIfCancelled(): void {
    if (this.options.signal?.aborted) throw new LabError('cancelled', 'Indexing was cancelled.');
  }
}

/** What tells whether a file is still the one that was seen. */
export function stampOf({ size, mtimeMs, ctimeMs, ino }: Omit<FoundFile, 'path'>): Omit<FoundFile, 'path'> {
  return { size, mtimeMs, ctimeMs, ino };
}

function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

function isAncestor(identity: string, folder: Folder | null): boolean {
  for (let f = folder; f; f = f.parent) if (f.identity === identity) return true;
  return false;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function isDenied(error: unknown): boolean {
  return codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM';
}
