/** A column as data: what it is called and what it says of a row. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  /** what a cell says, and what is copied; a slot of this column's `slot`, else key, may show more */
  readonly text: (row: Row) => string;
  readonly slot?: string;
  /** shown beside the title */
  readonly help?: string;
  /** a title over this column and those beside it that have the same one */
  readonly over?: string;
  /** stands on the right, digits under digits */
  readonly number?: boolean;
  /** heads its row */
  readonly rowHeader?: boolean;
  /** its title is for readers of the screen only */
  readonly hiddenTitle?: boolean;
  /** of the table, e.g. "26%" */
  readonly width?: string;
}

/** How a row differs from others: a sum, a part of the sum above it, or something beside the matter. */
export type RowKind = 'sum' | 'part' | 'quiet';

/** Text with tabs, for spreadsheets. */
export function tableTsv<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ text }) => text(row)))];
  return lines.map((cells) => cells.map((cell) => cell.replaceAll(/[\t\n]/g, ' ')).join('\t')).join('\n');
}

/** The titles that stand over several columns, with how many; null where no column has one. */
export function overTitles<Row>(columns: readonly Column<Row>[]): { title: string; span: number }[] | null {
  if (!columns.some(({ over }) => over !== undefined)) return null;
  const titles: { title: string; span: number }[] = [];
  for (const { over = '' } of columns) {
    const last = titles.at(-1);
    if (last?.title === over) last.span++;
    else titles.push({ title: over, span: 1 });
  }
  return titles;
}
