/** The two classes of BreakHis, in the order of the logits. */
const LABELS = ['benign', 'malignant'] as const;
type Label = (typeof LABELS)[number];

/** BreakHis's own question: malignant is the positive class. */
export const MALIGNANCY = { id: 'malignancy', classes: LABELS, positive: 'malignant' } as const;

export function isMalignancy(label: string): label is Label {
  return LABELS.includes(label as Label);
}

/** How tables write the two classes. */
const LABEL_WORDS: ReadonlyMap<string, Label> = new Map([
  ['benign', 'benign'],
  ['b', 'benign'],
  ['0', 'benign'],
  ['malignant', 'malignant'],
  ['m', 'malignant'],
  ['1', 'malignant'],
]);

/** The class that a word stands for: benign or malignant in any case, b or m, 0 or 1 (0.0 or 1.0); null for any other. */
export function malignancyOf(word: string): string | null {
  return LABEL_WORDS.get(word.toLowerCase().replace(/^([01])[.,]0+$/, '$1')) ?? null;
}

/** A BreakHis tumour subtype: its code in file names, its folder in the official layout, and its class. */
export interface Subtype {
  readonly code: string;
  readonly folder: string;
  readonly name: string;
  readonly label: Label;
}

export const SUBTYPES: readonly Subtype[] = [
  { code: 'A', folder: 'adenosis', name: 'Adenosis', label: 'benign' },
  { code: 'F', folder: 'fibroadenoma', name: 'Fibroadenoma', label: 'benign' },
  { code: 'PT', folder: 'phyllodes_tumor', name: 'Phyllodes tumour', label: 'benign' },
  { code: 'TA', folder: 'tubular_adenoma', name: 'Tubular adenoma', label: 'benign' },
  { code: 'DC', folder: 'ductal_carcinoma', name: 'Ductal carcinoma', label: 'malignant' },
  { code: 'LC', folder: 'lobular_carcinoma', name: 'Lobular carcinoma', label: 'malignant' },
  { code: 'MC', folder: 'mucinous_carcinoma', name: 'Mucinous carcinoma', label: 'malignant' },
  { code: 'PC', folder: 'papillary_carcinoma', name: 'Papillary carcinoma', label: 'malignant' },
];

/** The class of a subtype's code where subtypes are told apart: the name of its folder; null for other data. */
export function classOfSubtype(code: string): string | null {
  return SUBTYPES.find((s) => s.code === code)?.folder ?? null;
}

/** A class as people read it: "Ductal carcinoma" for "ductal_carcinoma", "Benign" for "benign"; other names as they are. */
export function classTitle(name: string): string {
  const subtype = SUBTYPES.find(({ folder }) => folder === name);
  return subtype?.name ?? (isMalignancy(name) ? name[0].toUpperCase() + name.slice(1) : name);
}

/** Everything a BreakHis file name says. */
export interface BreakhisName {
  readonly biopsy: 'SOB' | 'CNB';
  readonly label: Label;
  readonly subtype: string;
  /** Two-digit year: 14, 15, or 99 for Magnilab's synthetic demo tissue. */
  readonly year: string;
  /** Slide, e.g. "SOB_M_DC-14-2523" or "SOB_B_A-14-22549AB": what the data set calls a patient. */
  readonly slide: string;
  /** Case, e.g. "14-22549": sections (letters) of one case belong to one patient. */
  readonly case: string;
  readonly magnification: number;
  readonly sequence: number;
}

const NAME = /^(SOB|CNB)_([BM])_(A|F|PT|TA|DC|LC|MC|PC)-(\d{2})-(\d+)([A-Z]*)-(40|100|200|400)-(\d+)\.png$/i;

/**
 * Parses `<CNB|SOB>_<M|B>_<subtype>-<YY>-<number><section letters>-<magnification>-<sequence>.png`; null where the name does
 * not follow that grammar or its class letter contradicts its subtype. The grammar is the data set's own; the year is not
 * fixed, since slide PC-15-190EF exists.
 */
export function parseBreakhisName(fileName: string): BreakhisName | null {
  const match = NAME.exec(fileName);
  if (!match) return null;
  const [, biopsy, letter, code, year, number, sections, magnification, sequence] = match;
  const subtype = SUBTYPES.find((s) => s.code === code.toUpperCase());
  const label: Label = letter.toUpperCase() === 'B' ? 'benign' : 'malignant';
  if (!subtype || subtype.label !== label) return null;
  return {
    biopsy: biopsy.toUpperCase() as 'SOB' | 'CNB',
    label,
    subtype: subtype.code,
    year,
    slide: `${biopsy}_${letter}_${code}-${year}-${number}${sections}`.toUpperCase(),
    case: `${year}-${number}`,
    magnification: Number(magnification),
    sequence: Number(sequence),
  };
}
