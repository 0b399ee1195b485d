/** Marks to SVG: figures that are drawn once and printed. */
import type { BarMarks, HeatMarks, LineMarks, Marks, ScatterMarks } from './marks.ts';
import { type Html, html, percent } from './markup.ts';

/** Dark enough on white for text of its own colour, and apart in grey print. */
const SERIES = ['#1f5f8b', '#7fb2d0', '#b9c4cd'] as const;

/** A drawing before it is put into an element: its size in units, and what it shows. */
interface Drawing {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly content: Html;
}

/**
 * The whole figure, with its axis and its legend inside; it stands alone.
 * @param font family of its text @param width of the drawing, with its unit; without it as wide as its place
 */
export function svgOf(marks: Marks, font = 'sans-serif', width: string | null = null): Html {
  const { title, content, ...size } = drawingOf(marks);
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${size.width} ${size.height}"
    ${width === null ? '' : html`width="${width}"`}
    role="img"
    aria-label="${title}"
    font-family="${font}"
    font-size="12"
  >
    ${content}
  </svg>`;
}

/** In units of the drawing, of which text is 12 high. */
export function svgSize(marks: Marks): { readonly width: number; readonly height: number } {
  const { width, height } = drawingOf(marks);
  return { width, height };
}

function drawingOf(marks: Marks): Drawing {
  switch (marks.kind) {
    case 'lines':
      return lines(marks);
    case 'scatter':
      return scatter(marks);
    case 'bars':
      return bars(marks);
    case 'heat':
      return heat(marks);
  }
}

/** Colour of a square: white at 50 %, the strongest at 100 %. @returns background and text */
export function squareColours(value: number | null): { background: string; text: string } {
  const shade = value === null ? 0 : Math.max(0, Math.min(1, (value - 0.5) * 2));
  const channels = [31, 95, 139].map((to) => Math.round(255 + (to - 255) * shade));
  return { background: `rgb(${channels.join(',')})`, text: luminance(channels) < DARK ? '#fff' : '#000' };
}

/** Below it white text has the higher contrast, above it black; either is at least 4.5 : 1 there. */
const DARK = 0.179;

/** Relative luminance of sRGB channels from 0 to 255 (WCAG 2.2). */
function luminance(channels: readonly number[]): number {
  const linear = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** Grouped horizontal bars from 0 to 100 %, with the number at each bar's end. */
function bars({ title, axis, series, groups, level }: BarMarks): Drawing {
  const [left, width, bar, gap, key] = [150, 420, 15, 14, 22];
  const groupHeight = series.length * bar + gap;
  const bottom = groups.length * groupHeight + 4;
  const height = bottom + 40 + key;
  const x = (value: number) => left + value * width;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (t) =>
      html`<line x1="${x(t)}" x2="${x(t)}" y1="0" y2="${bottom}" stroke="#d5dde5" /><text
          x="${x(t)}"
          y="${bottom + 16}"
          text-anchor="middle"
          >${100 * t}</text
        >`,
  );
  const drawn = groups.map(({ name, values, intervals, published }, g) => {
    const top = g * groupHeight + 6;
    const label = html`<text x="${left - 10}" y="${top + (series.length * bar) / 2 + 4}" text-anchor="end">${name}</text>`;
    const own = values.map((value, s) => {
      const y = top + s * bar;
      const [range, middle] = [intervals[s], y + bar / 2 - 1];
      const end = Math.max(value ?? 0, range?.high ?? 0, published[s] ?? 0);
      return html`<rect x="${left}" y="${y}" width="${(value ?? 0) * width}" height="${bar - 2}" fill="${colourOf(s)}" />
        ${range ? whisker(x(range.low), x(range.high), middle) : ''}
        ${published[s] == null ? '' : diamond(x(published[s]), middle, `published: ${percent(published[s])} %`)}
        <text x="${x(end) + 6}" y="${y + bar - 4}">${percent(value)}</text>`;
    });
    return html`${label}${own}`;
  });
  const line = level
    ? html`<line x1="${x(level.value)}" x2="${x(level.value)}" y1="0" y2="${bottom}" stroke="#8a4b08" stroke-dasharray="4 3"
        ><title>${level.name} ${percent(level.value)} %</title></line
      >`
    : '';
  const legend = series.map((name, s) => {
    const at = left + s * 190 - 140;
    return html`<rect x="${at}" y="${height - 14}" width="10" height="10" fill="${colourOf(s)}" /><text
        x="${at + 15}"
        y="${height - 5}"
        >${name}</text
      >`;
  });
  return frame(
    title,
    [left + width + 60, height],
    html`${ticks}${drawn}${line}
      <text x="${left + width / 2}" y="${bottom + 32}" text-anchor="middle">${axis}</text>
      ${legend}`,
  );
}

/** An interval over a bar. */
function whisker(from: number, to: number, y: number): Html {
  const line = (x1: number, x2: number, y1: number, y2: number) =>
    html`<line x1="${x1.toFixed(1)}" x2="${x2.toFixed(1)}" y1="${y1}" y2="${y2}" stroke="#1b2733" stroke-width="1.2" />`;
  return html`${line(from, to, y, y)}${line(from, from, y - 3, y + 3)}${line(to, to, y - 3, y + 3)}`;
}

function diamond(x: number, y: number, title: string): Html {
  return html`<path
    d="M${(x - 5).toFixed(1)} ${y}L${x.toFixed(1)} ${y - 5}L${(x + 5).toFixed(1)} ${y}L${x.toFixed(1)} ${y + 5}Z"
    fill="#fff"
    stroke="#8a4b08"
    stroke-width="1.6"
    ><title>${title}</title></path
  >`;
}

/** Points with their names beside them. */
function scatter({ title, x, axis, points }: ScatterMarks): Drawing {
  const [left, top, width, height] = [58, 26, 430, 250];
  const logs = points.map((point) => Math.log10(point.x));
  const first = Math.floor(Math.min(...logs));
  const last = Math.max(first + 1, Math.ceil(Math.max(...logs)));
  const low = Math.floor(Math.max(0, Math.min(...points.map(({ value }) => value)) - 0.05) * 10) / 10;
  const across = (value: number) => left + ((Math.log10(value) - first) / (last - first)) * width;
  const up = (value: number) => top + ((1 - value) / (1 - low)) * height;
  const steps = Math.round((1 - low) * 10);
  const grid = Array.from({ length: steps + 1 }, (_, i) => low + i / 10).map(
    (value) =>
      html`<line
          x1="${left}"
          x2="${left + width}"
          y1="${up(value).toFixed(1)}"
          y2="${up(value).toFixed(1)}"
          stroke="#d5dde5"
        /><text x="${left - 6}" y="${(up(value) + 4).toFixed(1)}" text-anchor="end">${Math.round(100 * value)}</text>`,
  );
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i)).map(
    (value) =>
      html`<text x="${across(value).toFixed(1)}" y="${top + height + 16}" text-anchor="middle">${countText(value)}</text>`,
  );
  const taken: { left: number; right: number; y: number }[] = [];
  const drawn = points
    .toSorted((a, b) => b.value - a.value)
    .map(({ x: at, value, note }, i) => {
      const [px, py] = [across(at), up(value)];
      const isLeft = px > left + width / 2;
      const label = `${note}, ${percent(value)} %`;
      const [from, to] = isLeft ? [px - 9 - label.length * LETTER, px + 6] : [px - 6, px + 9 + label.length * LETTER];
      let y = py + 4;
      while (taken.some((other) => other.left < to && from < other.right && Math.abs(other.y - y) < TEXT_LINE)) y += TEXT_LINE;
      taken.push({ left: from, right: to, y });
      return html`<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="4.5" fill="${LINES[i % LINES.length]}"
          ><title>${note}: ${percent(value)} %</title></circle
        ><text x="${(px + (isLeft ? -9 : 9)).toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${isLeft ? 'end' : 'start'}"
          >${label}</text
        >`;
    });
  return frame(
    title,
    [left + width + 14, top + height + 40],
    html`<text x="4" y="14" font-weight="bold">${title}</text> ${grid}${ticks}${drawn}
      <text x="${left + width / 2}" y="${top + height + 34}" text-anchor="middle">${x.name}</text>
      <text transform="translate(14 ${top + height / 2}) rotate(-90)" text-anchor="middle">${axis}</text>`,
  );
}

/** Height of a line of text, and about the width of a letter. */
const [TEXT_LINE, LETTER] = [14, 6.6];

function countText(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e3 ? `${value / 1e3} k` : String(value);
}

function colourOf(series: number): string {
  return SERIES[series % SERIES.length];
}

/** Squares with their numbers; framed where training and test agree, without colour where the test has one class. */
function heat({ title, rows, columns, squares }: HeatMarks): Drawing {
  const [left, top, side, tall] = [110, 40, 64, 38];
  const cells = squares.flatMap((row, i) =>
    row.map(({ value, only, few, same }, j) => {
      const { background, text } = squareColours(only ? null : value);
      const [x, y] = [left + j * side, top + i * tall];
      const edge = same ? '#1b2733' : '#d5dde5';
      return html`<rect
          x="${x + 1}"
          y="${y + 1}"
          width="${side - 2}"
          height="${tall - 2}"
          fill="${background}"
          stroke="${edge}"
          stroke-width="${same ? 2 : 1}"
        /><text x="${x + side / 2}" y="${y + tall / 2 + 4}" text-anchor="middle" fill="${text}"
          >${percent(value)}${only || few ? ' !' : ''}</text
        >`;
    }),
  );
  const head = columns.map(
    (name, j) => html`<text x="${left + (j + 0.5) * side}" y="${top - 8}" text-anchor="middle">${name}</text>`,
  );
  const names = rows.map(
    (name, i) => html`<text x="${left - 8}" y="${top + (i + 0.5) * tall + 4}" text-anchor="end">${name}</text>`,
  );
  return frame(
    title,
    [left + columns.length * side + 4, top + rows.length * tall + 4],
    html`<text x="4" y="14" font-weight="bold">${title}</text> ${head}${names}${cells}`,
  );
}

/** Apart for those who see colours otherwise, and by their dashes in grey print (Okabe, Ito 2008). */
const LINES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000', '#7f7f7f'] as const;
/** Lines of more points have no dots. */
const MOST_DOTS = 20;
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 2', '12 4', '1 2', '6 2 1 2'] as const;

/** Lines from 0 to 100 %. */
function lines({ title, x, axis, series, level, diagonal }: LineMarks): Drawing {
  const [left, top, width, height] = [58, 26, 320, 210];
  const place = x.factors ? Math.log : (value: number) => value;
  const [first, last] = [place(x.ticks[0]), place(x.ticks.at(-1)!)];
  const across = (value: number) => left + ((place(value) - first) / (last - first)) * width;
  const up = (value: number) => top + (1 - value) * height;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      html`<line x1="${left}" x2="${left + width}" y1="${up(value)}" y2="${up(value)}" stroke="#d5dde5" /><text
          x="${left - 6}"
          y="${up(value) + 4}"
          text-anchor="end"
          >${100 * value}</text
        >`,
  );
  const ticks = x.ticks.map(
    (value) =>
      html`<text x="${across(value)}" y="${top + height + 16}" text-anchor="middle">${x.factors ? value : 100 * value}</text>`,
  );
  const corners = diagonal
    ? html`<line x1="${left}" x2="${left + width}" y1="${up(0)}" y2="${up(1)}" stroke="#8a4b08" stroke-dasharray="4 3"
        ><title>${diagonal}</title></line
      >`
    : '';
  const drawn = series.map(({ name, points }, i) => {
    const known = points.flatMap(({ x: at, value }) => (value === null ? [] : [[across(at), up(value), at, value] as const]));
    const path = known.map(([px, py], k) => `${k === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join(' ');
    const [colour, y] = [LINES[i % LINES.length], top + height + 50 + i * 16];
    return html`<path
        d="${path}"
        fill="none"
        stroke="${colour}"
        stroke-width="1.8"
        stroke-dasharray="${DASHES[i % DASHES.length]}"
      />
      ${(known.length > MOST_DOTS ? [] : known).map(
        ([px, py, at, value]) =>
          html`<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="2.4" fill="${colour}"
            ><title>${name}, ${at.toPrecision(3)}: ${percent(value)} %</title></circle
          >`,
      )}
      <line
        x1="${left}"
        x2="${left + 28}"
        y1="${y - 4}"
        y2="${y - 4}"
        stroke="${colour}"
        stroke-width="1.8"
        stroke-dasharray="${DASHES[i % DASHES.length]}"
      /><text x="${left + 36}" y="${y}">${name}</text>`;
  });
  const line = level
    ? html`<line
        x1="${left}"
        x2="${left + width}"
        y1="${up(level.value)}"
        y2="${up(level.value)}"
        stroke="#8a4b08"
        stroke-dasharray="4 3"
        ><title>${level.name} ${percent(level.value)} %</title></line
      >`
    : '';
  return frame(
    title,
    [left + width + 14, top + height + 44 + series.length * 16],
    html`<text x="4" y="14" font-weight="bold">${title}</text> ${grid}${ticks}${line}${corners}${drawn}
      <text x="${left + width / 2}" y="${top + height + 32}" text-anchor="middle">${x.name}</text>
      <text transform="translate(14 ${top + height / 2}) rotate(-90)" text-anchor="middle">${axis}</text>`,
  );
}

/** @param size width, height */
function frame(title: string, [width, height]: readonly [number, number], content: Html): Drawing {
  return { title, width, height, content };
}
