import { Resvg } from '@resvg/resvg-js';
import type { Marks } from '../../shared/figures/marks.ts';
import { svgOf } from '../../shared/figures/svg.ts';
import { figureFiles, WIDTHS_MM } from './figure-files.ts';
import { FONT, fontFiles } from './fonts.ts';
import type { ExportFormat } from './format.ts';

const DOTS_PER_INCH = 300;
const MM_PER_INCH = 25.4;

/** Every figure as a picture for a journal: one and two columns wide, 300 dots per inch, on white. */
export const png: ExportFormat = {
  id: 'png',
  async write({ document }, put) {
    for (const { name, marks } of figureFiles(document))
      for (const width of WIDTHS_MM)
        await put(`${name}-${width}mm.png`, pngOf(marks, Math.round((width / MM_PER_INCH) * DOTS_PER_INCH)).png);
  },
};

/** A figure on white, in the report's font. @param width in pixels */
export function pngOf(
  marks: Marks,
  width: number,
): { readonly png: Uint8Array; readonly width: number; readonly height: number } {
  const font = { loadSystemFonts: false, fontFiles: [fontFiles.regular(), fontFiles.bold()], defaultFontFamily: FONT };
  const drawn = new Resvg(svgOf(marks, FONT).text, { font, fitTo: { mode: 'width', value: width }, background: '#fff' }).render();
  return { png: drawn.asPng(), width: drawn.width, height: drawn.height };
}
