import { createRequire } from 'node:module';

/** DejaVu Sans: Latin, Greek, Cyrillic, arrows and signs, in print and figures alike on every machine. */
export const FONT = 'DejaVu Sans';

const require = createRequire(import.meta.url);
const file = (name: string) => require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);

/** Absolute paths of the font's files; the condensed cut leaves room in wide tables. */
export const fontFiles = {
  regular: () => file('DejaVuSansCondensed'),
  bold: () => file('DejaVuSansCondensed-Bold'),
  italic: () => file('DejaVuSansCondensed-Oblique'),
  boldItalic: () => file('DejaVuSansCondensed-BoldOblique'),
} as const;
