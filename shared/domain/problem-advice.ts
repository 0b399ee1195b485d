/** What a problem of a data set means and what to do about it. */
export interface ProblemAdvice {
  /** a short heading, for lists and filters */
  readonly title: string;
  /** one sentence: what the user can do */
  readonly advice: string;
  /** true where the image stays in the index: an oddity to know of, not a file that is left out */
  readonly imageStays: boolean;
}

/** By problem code, in the order in which a list of problems is best read: lost images first, oddities last. */
export const problemAdvice = {
  'no-permission': {
    title: 'No permission',
    advice: 'Give yourself the right to read it, then index again.',
    imageStays: false,
  },
  unreadable: { title: 'Unreadable', advice: 'Open it in a viewer; if that fails too, copy it again.', imageStays: false },
  truncated: { title: 'Cut short', advice: 'The copy was interrupted: copy or download this file again.', imageStays: false },
  'zero-bytes': { title: 'Empty file', advice: 'The copy was interrupted: copy or download this file again.', imageStays: false },
  'not-an-image': {
    title: 'Not an image',
    advice: 'Remove it, or replace it with the image that its name promises.',
    imageStays: false,
  },
  'too-large': {
    title: 'Too large',
    advice: 'Cut it into fields of view, or remove it: images of up to 100 megapixels are read.',
    imageStays: false,
  },
  'unsupported-pixels': {
    title: 'Pixels of another kind',
    advice: 'Open it in the program that made it, or in ImageJ, and save one picture a file as 8-bit RGB PNG or TIFF.',
    imageStays: false,
  },
  'left-out': {
    title: 'Files of other kinds',
    advice:
      'Unpack archives; convert pictures to PNG or TIFF without loss. Nothing needs doing if they are no part of the data set.',
    imageStays: false,
  },
  'name-not-understood': {
    title: 'Name not understood',
    advice: 'Rename it as BreakHis does (SOB_M_DC-14-2523-40-010.png), or index with a CSV file that describes your images.',
    imageStays: false,
  },
  'bad-row': { title: 'Row not understood', advice: 'Correct this row of the CSV file, then index again.', imageStays: false },
  'symlink-loop': {
    title: 'Link leads in a circle',
    advice: 'Remove the link, or point it outside the folders that contain it.',
    imageStays: false,
  },
  'changed-against-manifest': {
    title: 'Differs from the published file',
    advice: 'If you did not edit it on purpose, download this file again.',
    imageStays: true,
  },
  'missing-against-manifest': {
    title: 'Missing',
    advice: 'Download the data set again if you expected it to be complete; a part of it can be used as it is.',
    imageStays: true,
  },
  'unknown-to-manifest': {
    title: 'Not in the published data set',
    advice: 'Check where it comes from; remove it if the results are to be compared with published ones.',
    imageStays: true,
  },
  'label-against-folder': {
    title: 'Class contradicts the folder',
    advice: 'The file name decides; move the file to the right folder, or rename it if the folder is right.',
    imageStays: true,
  },
  'table-against-name': {
    title: 'Table contradicts the name',
    advice: 'The table decides; correct its row, or rename the file if the table is right.',
    imageStays: true,
  },
  'patient-spelling': {
    title: 'One patient, several spellings',
    advice: 'They are kept together as one patient. Write them alike, or give different patients names that differ by more.',
    imageStays: true,
  },
  'duplicate-pixels-different-labels': {
    title: 'Same picture, two diagnoses',
    advice: 'Let the split drop duplicates (the default), or remove the copy that is filed wrongly.',
    imageStays: true,
  },
  'duplicate-pixels': {
    title: 'Same picture twice',
    advice: 'Let the split drop duplicates (the default), or remove one copy.',
    imageStays: true,
  },
  'near-duplicate-pixels': {
    title: 'Nearly the same picture',
    advice: 'If one was saved from the other, remove it: a copy on the other side of a split flatters every network.',
    imageStays: true,
  },
  'duplicate-name': {
    title: 'Same name twice',
    advice: 'Keep one copy: results are listed by file name.',
    imageStays: true,
  },
  'sloppy-metadata': {
    title: 'Odd header',
    advice: 'Nothing needs doing: the pixels decode whole and are used. A picture saved again has a tidy header.',
    imageStays: true,
  },
  'converted-pixels': {
    title: 'Converted to 8 bits',
    advice: 'Nothing needs doing: the upper 8 of 16 bits are used, for all images alike.',
    imageStays: true,
  },
  'table-converted': {
    title: 'How the table was read',
    advice: 'Nothing needs doing if names and patients look right; saved as UTF-8, the table needs no guess.',
    imageStays: true,
  },
  'unexpected-size': {
    title: 'Unusual size',
    advice: 'Nothing needs doing: images are resized for every network alike.',
    imageStays: true,
  },
} as const satisfies Record<string, ProblemAdvice>;
