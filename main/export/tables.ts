/** Tables of the report as files of their own: TeX for a paper, Markdown, and CSV at full precision. */
import { type Cell, cellText, type Column, type DocumentTable, isMeasured, type ReportDocument, sortValue } from './document/blocks.ts'; // prettier-ignore
import { csvText } from './csv-text.ts';
import { basisOf } from './document/methods.ts';
import type { ExportFormat } from './format.ts';

type Named = DocumentTable & { readonly id: string };

/** Of the sections that were chosen. */
function namedTables({ sections }: ReportDocument): Named[] {
  const blocks = sections.flatMap((section) => section.blocks);
  return blocks.flatMap((block) => (block.kind === 'table' && block.table.id !== null ? [block.table as Named] : []));
}

export const tex: ExportFormat = {
  id: 'tex',
  async write({ data, document }, put) {
    const basis = basisOf(data);
    for (const table of namedTables(document)) await put(`tables/${table.id}.tex`, texTable(table, basis));
  },
};

export const markdown: ExportFormat = {
  id: 'markdown',
  async write({ document }, put) {
    for (const table of namedTables(document)) await put(`tables/${table.id}.md`, markdownTable(table));
  },
};

export const csv: ExportFormat = {
  id: 'csv',
  async write({ document }, put) {
    for (const table of namedTables(document)) await put(`tables/${table.id}.csv`, csvTable(table));
  },
};

/** A table of more rows goes over several pages. */
const ROWS_OF_A_PAGE = 40;

/** A table for booktabs. @param basis what its numbers rest on, for the caption */
function texTable({ id, caption, columns, rows }: Named, basis: string): string {
  const line = (cells: readonly string[]) => `  ${cells.join(' & ')} \\\\`;
  const format = columns.map(({ kind }) => (kind === 'text' ? 'l' : 'r')).join('');
  const named = [`\\caption{${texText(`${caption}. ${basis}`)}}`, `\\label{tab:${id}}`];
  const head = ['  \\toprule', line(columns.map(({ title }) => texText(title))), '  \\midrule'];
  const body = rows.map((cells) => line(cells.map((cell, i) => texCell(cell, columns[i]))));
  if (rows.length > ROWS_OF_A_PAGE)
    return [
      '% \\usepackage{booktabs,longtable}',
      `\\begin{longtable}{${format}}`,
      `  ${named.join('')} \\\\`,
      ...head,
      '  \\endhead',
      ...body,
      '  \\bottomrule',
      '\\end{longtable}',
      '',
    ].join('\n');
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    ...named.map((own) => `  ${own}`),
    `  \\begin{tabular}{${format}}`,
    ...head,
    ...body,
    '  \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/** Bold where training and test magnification agree, underlined the best. */
function texCell(cell: Cell, { kind }: Column): string {
  const text = texText(cellText(cell, kind));
  if (!isMeasured(cell)) return text;
  const bold = cell.same ? `\\textbf{${text}}` : text;
  return cell.best ? `\\underline{${bold}}` : bold;
}

const TEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  _: '\\_',
  '%': '\\%',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '\u2013': '--',
  '\u2212': '$-$',
  '\u00b1': '$\\pm$',
  '\u00d7': '$\\times$',
  '\u2192': '$\\rightarrow$',
};

/** Text that TeX prints as it is. */
export function texText(text: string): string {
  return text.replace(/[\\{}$&#_%~^<>|\u2013\u2212\u00b1\u00d7\u2192]/g, (character) => TEX[character]).replace(/\s+/g, ' ');
}

function markdownTable({ caption, columns, rows }: Named): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `**${markdownText(caption)}**`,
    '',
    row(columns.map(({ title }) => markdownText(title))),
    row(columns.map(({ kind }) => (kind === 'text' ? '---' : '---:'))),
    ...rows.map((cells) => row(cells.map((cell, i) => markdownCell(cell, columns[i])))),
    '',
  ].join('\n');
}

function markdownCell(cell: Cell, { kind }: Column): string {
  const text = markdownText(cellText(cell, kind));
  return isMeasured(cell) && cell.same ? `**${text}**` : text;
}

/** Text that Markdown, and HTML within it, shows as it is. */
export function markdownText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]#+!|~]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** What a measured number has besides its value gets columns of its own. */
const EXTRAS = ['sd', 'low', 'high', 'where'] as const;

function csvTable({ columns, rows }: Named): string {
  const extras = columns.map((_, i) =>
    EXTRAS.filter((extra) => rows.some((row) => isMeasured(row[i]) && row[i][extra] !== undefined)),
  );
  const head = columns.flatMap(({ title }, i) => [title, ...extras[i].map((extra) => `${title} (${extra})`)]);
  const body = rows.map((row) =>
    row.flatMap((cell, i) => [sortValue(cell), ...extras[i].map((extra) => (isMeasured(cell) ? (cell[extra] ?? null) : null))]),
  );
  return csvText([head, ...body]);
}
