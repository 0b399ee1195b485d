import { Resvg } from '@resvg/resvg-js';
import { svgOf } from '../../shared/figures/svg.ts';
import { figureFiles, WIDTHS_MM } from './figure-files.ts';
import { FONT, fontFiles } from './fonts.ts';
import type { ExportFormat } from './format.ts';

const DOTS_PER_INCH = 300;
const MM_PER_INCH = 25.4;

/** Every figure as a picture for a journal: one and two columns wide, 300 dots per inch, on white. */
export const png: ExportFormat = {
  id: 'png',
  async write(content, put) {
    const font = { loadSystemFonts: false, fontFiles: [fontFiles.regular(), fontFiles.bold()], defaultFontFamily: FONT };
    for (const { name, marks } of figureFiles(content))
      for (const width of WIDTHS_MM) {
        const pixels = Math.round((width / MM_PER_INCH) * DOTS_PER_INCH);
        const fitTo = { mode: 'width' as const, value: pixels };
        const drawn = new Resvg(svgOf(marks, FONT).text, { font, fitTo, background: '#fff' }).render();
        await put(`${name}-${width}mm.png`, new Uint8Array(drawn.asPng()));
      }
  },
};
