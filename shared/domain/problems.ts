/** What is told so that it is known; nothing needs doing about it. */
const NOTES: readonly string[] = ['sloppy-metadata', 'converted-pixels', 'table-converted', 'unexpected-size'];

export function isNote({ code }: { readonly code: string }): boolean {
  return NOTES.includes(code);
}

/**
 * Whether an image with this problem stays in the index: then it is an oddity to know of, not a file that is left out. In the order
 * in which a list of problems is best read: lost images first, oddities last. Titles and advice are the texts `problems.<code>`.
 */
export const problemKeepsImage = {
  'no-permission': false,
  unreadable: false,
  truncated: false,
  'zero-bytes': false,
  'not-an-image': false,
  'too-large': false,
  'unsupported-pixels': false,
  'left-out': false,
  'name-not-understood': false,
  'bad-row': false,
  'symlink-loop': false,
  'changed-against-manifest': true,
  'missing-against-manifest': true,
  'unknown-to-manifest': true,
  'label-against-folder': true,
  'table-against-name': true,
  'patient-spelling': true,
  'duplicate-pixels-different-labels': true,
  'duplicate-pixels': true,
  'near-duplicate-pixels': true,
  'duplicate-name': true,
  'sloppy-metadata': true,
  'converted-pixels': true,
  'table-converted': true,
  'unexpected-size': true,
} as const satisfies Record<string, boolean>;
