import { svgOf } from '../../shared/figures/svg.ts';
import { figureFiles, WIDTHS_MM } from './figure-files.ts';
import type { ExportFormat } from './format.ts';

/** Every figure as a vector drawing of its own, one and two columns of a journal wide. */
export const svg: ExportFormat = {
  id: 'svg',
  async write({ document }, put) {
    for (const { name, marks } of figureFiles(document))
      for (const width of WIDTHS_MM) await put(`${name}-${width}mm.svg`, `${svgOf(marks, 'sans-serif', `${width}mm`).text}\n`);
  },
};
