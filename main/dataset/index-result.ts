import type { IndexedImage, ManifestReport, Problem } from '../../shared/contract/dataset.ts';
import type { Inspection } from './inspect.ts';
import type { FoundFile } from './walk.ts';

/** What an earlier index learned of a file; while size, times and inode stay the same it is not decoded again. */
export interface KnownFile extends FoundFile {
  readonly inspection: Inspection;
}

export interface IndexResult {
  /** usable images, sorted by path; `id` is the position */
  readonly images: IndexedImage[];
  readonly problems: Problem[];
  /** null for other data than BreakHis, and for demo tissue */
  readonly manifest: ManifestReport | null;
  /** the table that described the images, absolute; null where their names did */
  readonly csv: string | null;
  /** whether all images are Magnilab's own demo tissue, by the record that lies beside it */
  readonly synthetic: boolean;
  /** to pass as `known` next time */
  readonly files: KnownFile[];
}
