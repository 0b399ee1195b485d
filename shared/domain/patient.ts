const cache = new Map<string, string>();
const MAX_CACHE = 50_000;

/**
 * An identifier of a patient or slide without what people write now so, now so: case, Unicode form, spaces, hyphens, underscores
 * and dots, leading zeros. "Pat-01", "pat 1" and "PAT1" are equal; "1-23" and "12-3" are not, since numbers stay apart.
 */
export function foldPatient(id: string): string {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const letters = id.normalize('NFKC').toLowerCase().normalize('NFC');
  const tokens = letters.match(/\p{Nd}+|[^\p{Nd}\s\p{Pd}_.\u2212]+/gu) ?? [id];
  const folded = tokens.reduce((text, token) => {
    if (/^\p{Nd}/u.test(token)) return `${text}#${token.replace(/^0+(?=.)/, '')}#`;
    return text + token;
  }, '');
  if (cache.size >= MAX_CACHE) cache.clear();
  cache.set(id, folded);
  return folded;
}

/** For each way of writing that has a fellow, all ways of writing that patient, sorted. */
export function spellingsOf(ids: Iterable<string>): string[][] {
  const spellings = [...Map.groupBy(new Set(ids), foldPatient).values()];
  return spellings.filter((own) => own.length > 1).map((own) => own.sort());
}
