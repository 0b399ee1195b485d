/** The report as PDF: the same document as the page, with outline, page numbers, embedded fonts and figures as vectors. */
import pdfmake, { type Content, type DocumentDefinition } from 'pdfmake';
import type { Marks } from '../../shared/figures/marks.ts';
import { svgOf, svgSize } from '../../shared/figures/svg.ts';
import {
  type Block,
  type Cell,
  cellText,
  type ColumnKind,
  type DocumentPicture,
  type DocumentTable,
  isMeasured,
  type Notice,
  type ReportDocument,
  type Section,
} from './document/blocks.ts';
import { FONT, fontFiles } from './fonts.ts';
import type { ExportFormat } from './format.ts';
import { dashedText, heatCaption } from './html.ts';

export const pdf: ExportFormat = {
  id: 'pdf',
  async write({ document, settings }, put) {
    await put('report.pdf', await pdfOf(document, settings.paper));
  },
};

const MARGIN = 48;
/** points; without margins */
const WIDTHS = { A4: 595 - 2 * MARGIN, Letter: 612 - 2 * MARGIN };
const [INK, QUIET, LINE, ACCENT, WARNING] = ['#1b2733', '#55677a', '#d5dde5', '#1f5f8b', '#b3541e'];
/** A table of at most so many rows stands on one page. */
const MOST_TOGETHER = 24;
/** A table of more columns is printed in smaller type; with still more it is only in the files and on the page. */
const [COMFORTABLE_COLUMNS, MOST_COLUMNS] = [8, 14];

/** Nothing is loaded: pictures and figures are in the document, fonts beside the app. */
function prepared(): typeof pdfmake {
  const [normal, bold, italics, bolditalics] = [
    fontFiles.regular(),
    fontFiles.bold(),
    fontFiles.italic(),
    fontFiles.boldItalic(),
  ];
  pdfmake.setFonts({ [FONT]: { normal, bold, italics, bolditalics } });
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => [normal, bold, italics, bolditalics].includes(path));
  return pdfmake;
}

export async function pdfOf(report: ReportDocument, paper: keyof typeof WIDTHS): Promise<Uint8Array> {
  const { title, authors, about, notices, sections } = report;
  const definition: DocumentDefinition = {
    info: { title, author: authors.join(', '), creator: 'Magnilab' },
    pageSize: paper === 'A4' ? 'A4' : 'LETTER',
    pageMargins: [MARGIN, MARGIN, MARGIN, MARGIN],
    version: '1.7',
    language: 'en',
    defaultStyle: { font: FONT, fontSize: 9.5, lineHeight: 1.25, color: INK },
    // no heading stands alone at the end of a page
    pageBreakBefore: (node, nodes) => node.headlineLevel !== undefined && nodes.getFollowingNodesOnPage().length === 0,
    footer: (page, pages) => ({
      columns: [
        { text: shortened(title), color: QUIET, fontSize: 8 },
        { text: `${page} / ${pages}`, alignment: 'right', color: QUIET, fontSize: 8, width: 60 },
      ],
      margin: [MARGIN, 12, MARGIN, 0],
    }),
    content: [
      { text: title, fontSize: 20, bold: true, lineHeight: 1.1 },
      ...(authors.length > 0 ? [{ text: authors.join(', '), fontSize: 11, margin: [0, 4, 0, 0] }] : []),
      { text: about, color: QUIET, fontSize: 8.5, margin: [0, 4, 0, 6] },
      ...notices.map(notice),
      ...sections.flatMap((own) => section(own, WIDTHS[paper])),
    ],
  };
  return new Uint8Array(await prepared().createPdf(definition).getBuffer());
}

function shortened(title: string): string {
  return title.length <= 90 ? title : `${title.slice(0, 88)}\u2026`;
}

function notice({ text, items }: Notice): Content {
  return boxed([{ text }, ...(items.length > 0 ? [{ ul: [...items] }] : [])], WARNING);
}

/** With a coloured line at its left. */
function boxed(stack: Content[], colour: string): Content {
  return {
    table: { widths: ['*'], body: [[{ stack, border: [true, false, false, false], margin: [8, 2, 0, 2] }]] },
    layout: { vLineWidth: () => 3, vLineColor: () => colour, hLineWidth: () => 0 },
    margin: [0, 4, 0, 6],
  };
}

function section({ title, blocks }: Section, width: number): Content[] {
  const head: Content = { text: title, fontSize: 14, bold: true, margin: [0, 18, 0, 4], outline: true, headlineLevel: 1 };
  return [head, ...together(blocks).flatMap((own) => (own.length === 1 ? block(own[0], width) : keptTogether(own, width)))];
}

/** A heading and what it heads, on one page. */
function together(blocks: readonly Block[]): Block[][] {
  const groups: Block[][] = [];
  for (const own of blocks) {
    const before = groups.at(-1);
    if (own.kind === 'counts' && before?.length === 1 && before[0].kind === 'heading') before.push(own);
    else groups.push([own]);
  }
  return groups;
}

function keptTogether(blocks: readonly Block[], width: number): Content[] {
  return [{ stack: blocks.flatMap((own) => block(own, width)), unbreakable: true }];
}

function block(own: Block, width: number): Content[] {
  switch (own.kind) {
    case 'text':
      return [own.strong ? boxed([{ text: own.text, fontSize: 10.5 }], ACCENT) : { text: own.text, margin: [0, 0, 0, 4] }];
    case 'heading':
      return [{ text: own.text, bold: true, margin: [0, 8, 0, 2], headlineLevel: 2 }];
    case 'list':
      return [{ ul: [...own.items], margin: [0, 0, 0, 4] }];
    case 'terms':
      return [{ stack: own.terms.map(({ term, text }) => ({ text: [{ text: `${term}: `, bold: true }, text] })), fontSize: 8, color: QUIET, margin: [0, 2, 0, 6] }]; // prettier-ignore
    case 'table':
      return own.table.onlyAsFile ? [] : [table(own.table)];
    case 'counts':
      return sideBySide(
        own.tables.map((one) => ({ stack: [table(one)] })),
        own.tables[0].columns.length > 4 ? 1 : 4,
      );
    case 'figures':
      return figures(own.figures, width);
    case 'pictures':
      return own.rows.flatMap(({ title, pictures }) => [
        { text: title, bold: true, margin: [0, 8, 0, 2], headlineLevel: 2 },
        ...sideBySide(
          pictures.map((one) => picture(one, (width - 30) / 4)),
          4,
        ),
      ]);
  }
}

function sideBySide(items: Content[], across: number): Content[] {
  const rows = Array.from({ length: Math.ceil(items.length / across) }, (_, i) => items.slice(i * across, (i + 1) * across));
  return rows.map((row) => ({
    columns: [...row, ...Array.from({ length: across - row.length }, () => ({ text: '' }))],
    columnGap: GAP,
    margin: [0, 2, 0, 4],
    unbreakable: true,
  }));
}

function table({ caption, columns, rows }: DocumentTable): Content {
  const shown = columns.slice(0, MOST_COLUMNS);
  const small = shown.length > COMFORTABLE_COLUMNS;
  const body = rows.map((row) => row.slice(0, MOST_COLUMNS).map((cell, i) => cellOf(cell, shown[i].kind)));
  const left = columns.length > MOST_COLUMNS ? ` (${columns.length - MOST_COLUMNS} more columns are in report.html and in the files.)` : ''; // prettier-ignore
  const grid: Content = {
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: shown.map(() => 'auto'),
      body: [shown.map(({ title, kind }) => ({ text: title, bold: true, alignment: alignmentOf(kind) })), ...body],
    },
    layout: {
      hLineWidth: (i: number) => (i === 0 || i === 1 || i === rows.length + 1 ? 0.8 : 0.3),
      vLineWidth: () => 0,
      hLineColor: (i: number) => (i < 2 ? QUIET : LINE),
      paddingTop: () => 1.5,
      paddingBottom: () => 1.5,
      paddingLeft: () => (small ? 2 : 4),
      paddingRight: () => (small ? 2 : 4),
    },
    fontSize: small ? 6.5 : 8,
    margin: [0, 1, 0, 8],
  };
  const head: Content = { text: caption + left, fontSize: 8.5, bold: true, headlineLevel: 3 };
  return { stack: [head, grid], unbreakable: rows.length <= MOST_TOGETHER };
}

function cellOf(cell: Cell, kind: ColumnKind): Content {
  const marked = isMeasured(cell) ? { bold: cell.same === true, ...(cell.best && { decoration: 'underline' as const }) } : {};
  return { text: cellText(cell, kind), alignment: alignmentOf(kind), ...marked };
}

function alignmentOf(kind: ColumnKind): 'left' | 'right' {
  return kind === 'text' ? 'left' : 'right';
}

/** Those that can be read at half of the page's width stand two beside each other. */
function figures(all: readonly Marks[], width: number): Content[] {
  const half = (width - GAP) / 2;
  const narrow = all.length > 1 && all.every((marks) => svgSize(marks).width * SMALLEST_SCALE <= half);
  return narrow
    ? sideBySide(
        all.map((marks) => figure(marks, half)),
        2,
      )
    : all.map((marks) => figure(marks, width));
}

/** Points between what stands beside each other, and how far a figure may be scaled down: its text is 12 high, 7 points are read well. */
const [GAP, SMALLEST_SCALE] = [10, 0.6];

/** Scaled to its place where it is wider. */
function figure(marks: Marks, width: number): Content {
  const caption = marks.kind === 'heat' ? heatCaption(marks) : `${marks.title}. ${dashedText(marks)}`;
  const own = svgSize(marks).width * 0.78; // at the size of the text around it
  return {
    stack: [
      { svg: svgOf(marks, FONT).text, width: Math.min(width, own) },
      { text: caption, color: QUIET, fontSize: 8 },
    ],
    margin: [0, 4, 0, 8],
    unbreakable: true,
  };
}

function picture({ jpeg, caption, right }: DocumentPicture, width: number): Content {
  return {
    stack: [
      { image: `data:image/jpeg;base64,${jpeg.toString('base64')}`, width },
      { text: `${right ? '\u2713' : '\u2717'} ${caption}`, fontSize: 7, color: right ? QUIET : WARNING },
    ],
  };
}
