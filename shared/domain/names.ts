/** Names of projects, plans and studies: in any script, and safe as names of files. */
import { hashText } from './random.ts';

/** One that has no own letters after the fold to ASCII. */
const NAMELESS = 'study';
/** Letters that are no letter with an accent. */
const FOLDED: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
};
/** Names of devices under Windows, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** File systems allow 255 bytes; what Magnilab adds needs some of them. */
const MOST_BYTES = 200;

/** Why a new project, plan or study must not have this name; null when it may. Older names are not asked. */
export function newNameProblem(name: string): string | null {
  if (/[. ]$/.test(name)) return 'must not end with a dot or a space: Windows takes those away';
  if (DEVICE.test(name)) return `"${name}" is the name of a device under Windows: choose another`;
  if (utf8Length(name) > MOST_BYTES) return 'is too long for the name of a file: choose a shorter one';
  return null;
}

/** So that `shared/domain` needs no platform. */
function utf8Length(text: string): number {
  return [...text].reduce((sum, c) => sum + (c < '\u0080' ? 1 : c < '\u0800' ? 2 : c.length === 1 ? 3 : 4), 0);
}

/**
 * A name as a folder that every file system takes, in ASCII: spaces become "-", accents fall off, and where anything was lost a
 * hash of the name is added, so that two names do not share a folder. A name of ASCII letters, digits, ".", "_", "-" stays.
 */
export function folderNameOf(name: string): string {
  const spaced = name.normalize('NFC').replaceAll(' ', '-');
  const folded = [...spaced]
    .map((c) => FOLDED[c] ?? c)
    .join('')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
  const ascii = folded.replace(/[^A-Za-z0-9._-]+/g, '');
  if (ascii === spaced && /^[A-Za-z0-9]/.test(ascii)) return ascii;
  const begun = /[A-Za-z0-9]/.test(ascii) ? ascii.replace(/^[^A-Za-z0-9]+/, '') : NAMELESS;
  return `${begun}-${(hashText(name.normalize('NFC')) >>> 0).toString(16).padStart(8, '0')}`;
}
