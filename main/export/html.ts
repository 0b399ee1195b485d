/** The report as one page that opens offline: everything is inside, nothing is loaded. */
import type { HeatMarks, Marks } from '../../shared/figures/marks.ts';
import { Html, html as markup, percent } from '../../shared/figures/markup.ts';
import { squareColours, svgOf } from '../../shared/figures/svg.ts';
import {
  type Block,
  type Cell,
  cellText,
  type ColumnKind,
  type DocumentPicture,
  type DocumentTable,
  isMeasured,
  type ReportDocument,
  type Section,
  sortValue,
} from './document/blocks.ts';
import type { ExportFormat } from './format.ts';
import { SORTING, STYLE } from './style.ts';

export const html: ExportFormat = { id: 'html', write: ({ document }, put) => put('report.html', reportPage(document)) };

export function reportPage({ title, authors, about, notices, sections }: ReportDocument): string {
  const page = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${authors.length > 0 ? markup`<p class="authors">${authors.join(', ')}</p>` : ''}
          <p class="meta">${about}</p>
          ${notices.map(
            ({ text, items }) => markup`<div class="notice"><p>${text}</p>${items.length > 0 ? list(items) : ''}</div>`,
          )}
        </header>
        <nav aria-label="Contents">
          <ul>
            ${sections.map(({ id, title: name }) => markup`<li><a href="#${id}">${name}</a></li>`)}
          </ul>
        </nav>
        <main>${sections.map(section)}</main>
        <script>${new Html(SORTING)}</script>
      </body>
    </html>`;
  return page.text;
}

function section({ id, title, blocks }: Section): Html {
  return markup`<details open id="${id}">
    <summary><h2>${title}</h2></summary>
    ${blocks.map(block)}
  </details>`;
}

function block(own: Block): Html {
  switch (own.kind) {
    case 'text':
      return own.strong ? markup`<p class="answer">${own.text}</p>` : markup`<p>${own.text}</p>`;
    case 'heading':
      return markup`<h3>${own.text}</h3>`;
    case 'list':
      return list(own.items);
    case 'terms':
      return markup`<dl>${own.terms.map(({ term, text }) => markup`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`;
    case 'table':
      return own.table.onlyAsFile ? markup`` : markup`<div class="wide" tabindex="0">${table(own.table, true)}</div>`;
    case 'counts':
      return markup`<div class="counts${own.tables[0].columns.length > 4 ? ' many' : ''}">${own.tables.map((one) => table(one, false))}</div>`;
    case 'figures':
      return markup`<div class="multiples">${own.figures.map(drawn)}</div>`;
    case 'pictures':
      return markup`${own.rows.map(
        ({ title, pictures }) => markup`<h3>${title}</h3><div class="pictures">${pictures.map(picture)}</div>`,
      )}`;
  }
}

function list(items: readonly string[]): Html {
  return markup`<ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}

function table({ caption, columns, rows }: DocumentTable, sortable: boolean): Html {
  const isNumber = (kind: ColumnKind) => (kind === 'text' ? '' : 'number');
  const cells = (row: readonly Cell[]) =>
    row.slice(1).map((cell, i) => {
      const column = columns[i + 1];
      return markup`<td class="${isNumber(column.kind)}" data-value="${sortValue(cell)}">${cellHtml(cell, column.kind)}</td>`;
    });
  return markup`<table${sortable ? new Html(' class="sortable"') : ''}>
    <caption>${caption}</caption>
    <thead>
      <tr>${columns.map(({ title, kind }) => markup`<th scope="col" class="${isNumber(kind)}">${title}</th>`)}</tr>
    </thead>
    <tbody>
      ${rows.map((row) => markup`<tr><th scope="row" data-value="${sortValue(row[0])}">${cellText(row[0], columns[0].kind)}</th>${cells(row)}</tr>`)}
    </tbody>
  </table>`;
}

/** What belongs to a number stands under it where there is no room beside it, and is not torn. */
function cellHtml(cell: Cell, kind: ColumnKind): Html {
  const [value, ...rest] = cellText(cell, kind).split(/ (?=\()/);
  const text = kind === 'text' ? markup`${[value, ...rest].join(' ')}` : markup`${[value, ...rest].map((part) => markup`<span class="part">${part}</span> `)}`; // prettier-ignore
  if (!isMeasured(cell) || !(cell.best || cell.same)) return text;
  return markup`<span class="${[cell.same ? 'same' : '', cell.best ? 'best' : ''].join(' ').trim()}">${text}</span>`;
}

/** A matrix is a table, whose numbers can be copied; other figures are drawn. */
function drawn(marks: Marks): Html {
  if (marks.kind === 'heat') return heatTable(marks);
  return markup`<figure>
    ${svgOf(marks)}
    <figcaption>${marks.title}. ${dashedText(marks)}</figcaption>
  </figure>`;
}

/** What the dashed line of a figure means; nothing where it has none. */
export function dashedText(marks: Exclude<Marks, HeatMarks>): string {
  if ('level' in marks && marks.level) return `Dashed: ${marks.level.name}, ${percent(marks.level.value)} %.`;
  return 'diagonal' in marks && marks.diagonal ? `Dashed: ${marks.diagonal}.` : '';
}

function heatTable(marks: HeatMarks): Html {
  const { title, rows, columns, squares, rowMeans, baseline } = marks;
  const body = rows.map((name, i) => {
    const cells = squares[i].map(({ value, sd, images, cases, only, few, same }) => {
      const { background, text } = squareColours(only ? null : value);
      const spread = sd === null ? '' : markup`<br /><small>\u00b1 ${percent(sd)}</small>`;
      const mark = only ? `! ${only} only, ` : few ? '! ' : '';
      const size =
        images > 0 ? markup`<br /><small title="${images} images, ${cases} cases">${mark}${images} / ${cases}</small>` : '';
      const kind = `square${same ? ' same' : ''}${only ? ' left-out' : ''}`;
      return markup`<td class="${kind}" style="background:${background};color:${text}">${percent(value)}${spread}${size}</td>`;
    });
    return markup`<tr><th scope="row">${name}</th>${cells}<td>${percent(rowMeans[i])}</td></tr>`;
  });
  return markup`<figure class="matrix">
    <div class="wide" tabindex="0">
      <table>
        <caption>${title}</caption>
        <thead>
          <tr>
            <th scope="col">train \\ test</th>
            ${columns.map((name) => markup`<th scope="col">${name}</th>`)}
            <th scope="col">mean</th>
          </tr>
        </thead>
        <tbody>
          ${body}
          <tr class="baseline">
            <th scope="row">majority</th>
            ${baseline.map((value) => markup`<td>${percent(value)}</td>`)}
            <td></td>
          </tr>
        </tbody>
      </table>
    </div>
    <figcaption>${heatCaption(marks)} Small: images / cases.</figcaption>
  </figure>`;
}

export function heatCaption({ means, note }: HeatMarks): string {
  return `${means.map(({ name, value }) => `${name} ${percent(value)}`).join(', ')}.${note ? ` ! ${note}` : ''}`;
}

function picture({ jpeg, caption, right }: DocumentPicture): Html {
  return markup`<figure class="picture ${right ? 'right' : 'wrong'}">
    <img src="data:image/jpeg;base64,${jpeg.toString('base64')}" alt="${caption}" />
    <figcaption>${right ? '\u2713' : '\u2717'} ${caption}</figcaption>
  </figure>`;
}
