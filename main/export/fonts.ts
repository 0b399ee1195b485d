import { createRequire } from 'node:module';
import { onDisk } from '../platform/paths.ts';

/** DejaVu Sans: Latin, Greek, Cyrillic, arrows and signs, in print and figures alike on every machine. */
export const FONT = 'DejaVu Sans';

/** not named "require": the bundler declares that name itself */
const requireModule = createRequire(import.meta.url);
/** on disk: resvg reads it by itself */
const file = (name: string) => onDisk(requireModule.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`));

/** Absolute paths of the font's files; the condensed cut leaves room in wide tables. */
export const fontFiles = {
  regular: () => file('DejaVuSansCondensed'),
  bold: () => file('DejaVuSansCondensed-Bold'),
  italic: () => file('DejaVuSansCondensed-Oblique'),
  boldItalic: () => file('DejaVuSansCondensed-BoldOblique'),
} as const;
