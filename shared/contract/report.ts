/** What a researcher chooses of a study's report: kept in the project beside its reports. */
import { z } from 'zod';

/** Parts of a report, in their order. Those of the figures bear the figures' ids. */
export const REPORT_SECTIONS = [
  'answer',
  'matrices',
  'means',
  'rescaled-matrices',
  'scale-curves',
  'robustness',
  'comparisons',
  'confusions',
  'reliability',
  'roc',
  'cost',
  'errors',
  'cases',
  'data',
  'settings',
  'metrics',
  'environment',
  'cite',
] as const;
export type ReportSection = (typeof REPORT_SECTIONS)[number];

/** "data": predictions, histories, splits, configurations; "texts": README, methods, checklist, citations. */
export const REPORT_FORMATS = ['html', 'pdf', 'tex', 'markdown', 'csv', 'svg', 'png', 'data', 'texts', 'tensorboard'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const PAPERS = ['A4', 'Letter'] as const;

const line = z.string().trim().max(300);

/** reports/<study>.json of a project */
export const reportSettingsSchema = z.strictObject({
  /** the study's name where it is empty */
  title: line.default(''),
  authors: z.array(line.min(1)).max(100).default([]),
  /** paragraphs, after the answer */
  notes: z.string().max(20_000).default(''),
  paper: z.enum(PAPERS).default('A4'),
  sections: z
    .array(z.enum(REPORT_SECTIONS))
    .min(1)
    .default([...REPORT_SECTIONS]),
  formats: z
    .array(z.enum(REPORT_FORMATS))
    .min(1)
    .default([...REPORT_FORMATS]),
});
export type ReportSettings = z.infer<typeof reportSettingsSchema>;
