import { IMAGE_NAME, walk } from './walk.ts';

/** A path or name as it is compared where writing may differ: Unicode form and case. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

export function withoutExtension(path: string): string {
  return path.replace(IMAGE_NAME, '');
}

/**
 * Finds the images of a folder by names that are written in another way: in another case, in another Unicode form (file names of
 * macOS), without extension. The folder is looked through when the first such name is asked for.
 */
export class NameFinder {
  private readonly folder: string;
  private paths: Promise<Map<string, string[]>> | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @returns paths relative to the folder: one where the name is clear, several where it is not */
  async find(path: string): Promise<readonly string[]> {
    this.paths ??= this.read();
    return (await this.paths).get(foldName(path)) ?? [];
  }

  private async read(): Promise<Map<string, string[]>> {
    const byName = new Map<string, string[]>();
    for (const { path } of (await walk(this.folder)).files) {
      for (const name of new Set([foldName(path), foldName(withoutExtension(path))])) {
        byName.set(name, [...(byName.get(name) ?? []), path]);
      }
    }
    return byName;
  }
}
