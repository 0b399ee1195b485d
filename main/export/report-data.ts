import type { ImageCounts } from '../../shared/contract/dataset.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { TrialSummary } from '../../shared/contract/results.ts';
import type { TrialEnvironment } from '../../shared/contract/trial.ts';
import type { Inference } from '../../shared/analysis/findings.ts';
import type { ContenderCost } from '../../shared/figures/marks.ts';
import type { Table } from '../../shared/analysis/table.ts';

/** Everything that a report is made from. */
export interface ReportData {
  readonly study: StudyFile;
  readonly trials: readonly TrialSummary[];
  readonly table: Table;
  readonly inference: Inference;
  readonly costs: readonly ContenderCost[];
  /** the images of the study; null where its file does not say and no trial has finished */
  readonly dataset: ImageCounts | null;
  /** the images are Magnilab's demo tissue */
  readonly synthetic: boolean;
  /** images per part; this and the next two are null where the split's file cannot be read: nothing is known of it then */
  readonly parts: readonly { readonly part: string; readonly images: number }[] | null;
  /** cases on more than one side */
  readonly leaks: number | null;
  readonly dropped: number | null;
  /** of the finished trials, in the study's order */
  readonly environments: readonly TrialEnvironment[];
  /** studies of the project that have looked at a test set of this one, itself included; null where the record cannot be read */
  readonly testLooks: readonly string[] | null;
  /** what could not be read, and is missing from the report */
  readonly unread: readonly { readonly path: string; readonly message: string }[];
  readonly version: string;
  /** when the report was made, ISO 8601 */
  readonly date: string;
}
