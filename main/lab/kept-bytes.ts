/** Keeps what was used last, up to so many bytes in all. */
export class KeptBytes {
  private readonly kept = new Map<string, Uint8Array<ArrayBuffer>>();
  private readonly most: number;
  private total = 0;

  constructor(most: number) {
    this.most = most;
  }

  get(key: string): Uint8Array<ArrayBuffer> | null {
    const bytes = this.kept.get(key);
    if (!bytes) return null;
    this.kept.delete(key); // and set again: what was used last goes last
    this.kept.set(key, bytes);
    return bytes;
  }

  set(key: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.drop(key);
    this.kept.set(key, bytes);
    this.total += bytes.byteLength;
    for (const oldest of this.kept.keys()) {
      if (this.total <= this.most) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    this.total -= this.kept.get(key)?.byteLength ?? 0;
    this.kept.delete(key);
  }
}
