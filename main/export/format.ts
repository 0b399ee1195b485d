import type { Split } from '../../shared/contract/dataset.ts';
import type { Epoch } from '../../shared/contract/trial.ts';
import type { ReportSettings, ReportFormat } from '../../shared/contract/report.ts';
import type { PictureRow, ReportDocument } from './document/blocks.ts';
import type { ReportData } from './report-data.ts';

/** Files of a trial that go into the report. */
export interface TrialFiles {
  readonly id: string;
  readonly history: readonly Epoch[];
  /** absolute paths */
  readonly predictions: string;
  readonly config: string;
}

/** What a report is about, and what was chosen of it. */
export interface ReportContent {
  readonly data: ReportData;
  /** those that could be read, one per fold */
  readonly splits: readonly Split[];
  readonly trials: readonly TrialFiles[];
  /** what the researcher chose */
  readonly settings: ReportSettings;
  /** null where they were not asked for */
  readonly pictures: ReportPictures | null;
}

/** All that formats write: the same, with the report as data, which they draw. */
export interface Report extends ReportContent {
  readonly document: ReportDocument;
}

/** Images of the test set, small, by what they show. */
export interface ReportPictures {
  /** the surest wrong answers, a row per network */
  readonly errors: readonly PictureRow[];
  /** a row per case */
  readonly cases: readonly PictureRow[];
  /** some could not be shown */
  readonly missing: boolean;
}

/** One way in which results leave the lab. */
export interface ExportFormat {
  readonly id: ReportFormat;
  /**
   * Writes its files.
   * @param put one file of the report: its path in the report's folder, and its content or the file to copy
   */
  write(
    report: Report,
    put: (path: string, content: string | Uint8Array | { readonly from: string }) => Promise<void>,
  ): Promise<void>;
}
