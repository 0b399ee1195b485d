/** One thing that can be done from the palette. */
export interface Entry {
  readonly id: string;
  /** where it belongs, before its name */
  readonly group: string;
  readonly name: string;
  /** as people read it */
  readonly shortcut?: string;
  readonly run: () => void;
}

/** Entries that hold every word that was typed, those that begin with it first; all of them for nothing. */
export function matching(entries: readonly Entry[], typed: string): Entry[] {
  const words = fold(typed).split(/\s+/).filter(Boolean); // prettier-ignore
  const found = entries.filter(({ group, name }) => words.every((word) => fold(`${group} ${name}`).includes(word)));
  const begins = ({ name }: Entry) => (words.length > 0 && fold(name).startsWith(words[0]) ? 0 : 1);
  return found.toSorted((a, b) => begins(a) - begins(b));
}

/** Letters without case and accents. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
