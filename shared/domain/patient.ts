const cache = new Map<string, string>();
const MAX_CACHE = 50_000;

/** Cyrillic and Greek letters whose capitals look like Latin ones: whoever types an identifier does not see which they are. */
const FOREIGN = 'авекмнорстухіјѕαβεζηικμνορτυχ';
const LATIN = 'abekmhopctyxijsabezhikmnoptyx';
const LOOKALIKES: ReadonlyMap<string, string> = new Map([...FOREIGN].map((letter, i) => [letter, LATIN[i]]));

/**
 * An identifier of a patient or slide without what people write now so, now so: case, Unicode form, spaces, punctuation,
 * characters that are not seen, leading zeros, digits and look-alike letters of another script, and the ".0" that spreadsheets add
 * to numbers. "Pat-01", "pat 1" and "PAT1" are equal; "1-23" and "12-3" are not, since numbers stay apart.
 */
export function foldPatient(id: string): string {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const letters = id
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const plain = letters.replace(/^(\p{Nd}+)[.,]0+$/u, '$1');
  const tokens = plain.match(/\p{Nd}+|[^\p{Nd}\s\p{P}\u2212]+/gu) ?? [id];
  const folded = tokens.reduce((text, token) => {
    if (/^\p{Nd}/u.test(token))
      return `${text}#${[...token]
        .map(digitOf)
        .join('')
        .replace(/^0+(?=.)/, '')}#`;
    return text + [...token].map((letter) => LOOKALIKES.get(letter) ?? letter).join('');
  }, '');
  if (cache.size >= MAX_CACHE) cache.clear();
  cache.set(id, folded);
  return folded;
}

/** The value of a decimal digit of any script: those of a script follow each other from zero. */
function digitOf(digit: string): number {
  const code = digit.codePointAt(0)!;
  let value = 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) value++;
  return value;
}

/** For each way of writing that has a fellow, all ways of writing that patient, sorted. */
export function spellingsOf(ids: Iterable<string>): string[][] {
  const spellings = [...Map.groupBy(new Set(ids), foldPatient).values()];
  return spellings.filter((own) => own.length > 1).map((own) => own.sort());
}
