import { data } from './data.ts';
import type { ExportFormat } from './format.ts';
import { html } from './html.ts';
import { pdf } from './pdf.ts';
import { png } from './png.ts';
import { svg } from './svg.ts';
import { csv, markdown, tex } from './tables.ts';
import { tensorboard } from './tensorboard.ts';
import { texts } from './texts.ts';

/** The formats of a report. One more is one more file, listed here and in the contract. */
export const FORMATS: readonly ExportFormat[] = [html, pdf, tex, markdown, csv, svg, png, data, texts, tensorboard];
