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

/** 0.9123 -> "91.2"; null -> an en dash */
export function percent(value: number | null): string {
  return value === null ? '\u2013' : (100 * value).toFixed(1);
}
