import type { Split } from '../../shared/contract/dataset.ts';
import type { Epoch } from '../../shared/contract/trial.ts';
import type { ReportData } from './report-data.ts';

/** Files of a trial that go into the report. */
export interface TrialFiles {
  readonly id: string;
  readonly history: readonly Epoch[];
  /** absolute paths */
  readonly predictions: string;
  readonly config: string;
}

/** All that a report's formats are made from. */
export interface ReportContent {
  readonly data: ReportData;
  /** those that could be read, one per fold */
  readonly splits: readonly Split[];
  readonly trials: readonly TrialFiles[];
}

/** One way in which results leave the lab. */
export interface ExportFormat {
  readonly id: string;
  /**
   * Writes its files.
   * @param put one file of the report: its path in the report's folder, and its content or the file to copy
   */
  write(content: ReportContent, put: (path: string, content: string | { readonly from: string }) => Promise<void>): Promise<void>;
}
