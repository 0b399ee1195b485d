import { bib } from './bib.ts';
import { csv } from './csv.ts';
import type { ExportFormat } from './format.ts';
import { html } from './html.ts';
import { records } from './records.ts';
import { svg } from './svg.ts';

/** The formats of a report. One more is one more file, listed here. */
export const FORMATS: readonly ExportFormat[] = [html, csv, svg, records, bib];
