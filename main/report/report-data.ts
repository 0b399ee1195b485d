import type { IndexSummary } from '../../shared/contract/dataset.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { TrialSummary } from '../../shared/contract/results.ts';
import type { TrialEnvironment } from '../../shared/contract/trial.ts';
import type { ResultRow } from './results-table.ts';

/** Everything that a report is made from. */
export interface ReportData {
  readonly study: StudyFile;
  readonly trials: readonly TrialSummary[];
  readonly rows: readonly ResultRow[];
  /** null when the project has another data set now, or none */
  readonly dataset: IndexSummary | null;
  /** the images are Magnilab's demo tissue */
  readonly synthetic: boolean;
  /** images per part */
  readonly parts: readonly { readonly part: string; readonly images: number }[];
  /** cases on more than one side */
  readonly leaks: number;
  readonly dropped: number;
  /** of the finished trials, in the study's order */
  readonly environments: readonly TrialEnvironment[];
  readonly version: string;
  /** when the report was made, ISO 8601 */
  readonly date: string;
}
