import { stat } from 'node:fs/promises';

/** Keeps what was made last, so many things at most, each as long as what it was made from stays the same. */
export class Known<T> {
  private readonly kept = new Map<string, { readonly from: string; readonly value: T }>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /**
   * @param name of the thing
   * @param from a hash or stamp of all that it is made from
   */
  get(name: string, from: string, make: () => T): T {
    const before = this.kept.get(name);
    this.kept.delete(name); // and set again: what was asked for last goes last
    const value = before?.from === from ? before.value : make();
    this.kept.set(name, { from, value });
    if (this.kept.size > this.most) this.kept.delete(this.kept.keys().next().value!);
    return value;
  }

  forget(name: string): void {
    this.kept.delete(name);
  }
}

/** Changes whenever one of the files does, whatever its modification time says. */
export async function stampOf(...paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(stampOfOne))).join(' ');
}

async function stampOfOne(path: string): Promise<string> {
  const info = await stat(path, { bigint: true }).catch(() => null);
  return info ? `${info.size} ${info.mtimeNs} ${info.ctimeNs} ${info.ino}` : '-';
}
