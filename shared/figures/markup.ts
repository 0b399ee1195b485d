/** Text that is safe inside HTML. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = string | number | null | Html | readonly Html[];

/** Template tag: inserted strings are escaped, inserted Html is not. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(strings.reduce((sum, s, i) => sum + s + (i < pieces.length ? render(pieces[i]) : ''), ''));
}

function render(piece: Piece): string {
  if (piece instanceof Html) return piece.text;
  if (Array.isArray(piece)) return (piece as readonly Html[]).map((p) => p.text).join('');
  return escape(String(piece ?? ''));
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** @param head cells of the header row @param rows cells; the first of a row is its heading */
export function table(caption: string, head: readonly Piece[], rows: readonly (readonly Piece[])[]): Html {
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([first, ...rest]) =>
          html`<tr>
            <th scope="row">${first}</th>
            ${rest.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** 0.9123 -> "91.2"; null -> an en dash */
export function percent(value: number | null): string {
  return value === null ? '\u2013' : (100 * value).toFixed(1);
}
