/** Marks to SVG: figures that are drawn once and printed. */
import type { BarMarks, HeatMarks, LineMarks, Marks } from './marks.ts';
import { type Html, html, percent } from './markup.ts';

/** Dark enough on white for text of its own colour, and apart in grey print. */
const SERIES = ['#1f5f8b', '#7fb2d0', '#b9c4cd'] as const;

/** The whole figure, with its axis and its legend inside. */
export function svgOf(marks: Marks): Html {
  if (marks.kind === 'lines') return lines(marks);
  return marks.kind === 'bars' ? bars(marks) : heat(marks);
}

/** Colour of a square: white at 50 %, the strongest at 100 %. @returns background and text */
export function squareColours(value: number | null): { background: string; text: string } {
  const shade = value === null ? 0 : Math.max(0, Math.min(1, (value - 0.5) * 2));
  const mix = (to: number) => Math.round(255 + (to - 255) * shade);
  return { background: `rgb(${mix(31)},${mix(95)},${mix(139)})`, text: shade > 0.45 ? '#fff' : '#1b2733' };
}

/** Grouped horizontal bars from 0 to 100 %, with the number at each bar's end. */
function bars({ title, axis, series, groups, level }: BarMarks): Html {
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
  const drawn = groups.map(({ name, values }, g) => {
    const top = g * groupHeight + 6;
    const label = html`<text x="${left - 10}" y="${top + (series.length * bar) / 2 + 4}" text-anchor="end">${name}</text>`;
    const own = values.map((value, s) => {
      const y = top + s * bar;
      return html`<rect x="${left}" y="${y}" width="${(value ?? 0) * width}" height="${bar - 2}" fill="${colourOf(s)}" /><text
          x="${x(value ?? 0) + 5}"
          y="${y + bar - 4}"
          >${percent(value)}</text
        >`;
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

function colourOf(series: number): string {
  return SERIES[series % SERIES.length];
}

/** Squares with their numbers; framed where training and test agree, without colour where the test has one class. */
function heat({ title, rows, columns, squares }: HeatMarks): Html {
  const [left, top, side] = [110, 40, 64];
  const cells = squares.flatMap((row, i) =>
    row.map(({ value, only, few, same }, j) => {
      const { background, text } = squareColours(only ? null : value);
      const [x, y] = [left + j * side, top + i * side];
      const edge = same ? '#1b2733' : '#d5dde5';
      return html`<rect
          x="${x + 1}"
          y="${y + 1}"
          width="${side - 2}"
          height="${side - 2}"
          fill="${background}"
          stroke="${edge}"
          stroke-width="${same ? 2 : 1}"
        /><text x="${x + side / 2}" y="${y + side / 2 + 4}" text-anchor="middle" fill="${text}"
          >${percent(value)}${only || few ? ' !' : ''}</text
        >`;
    }),
  );
  const head = columns.map(
    (name, j) => html`<text x="${left + (j + 0.5) * side}" y="${top - 8}" text-anchor="middle">${name}</text>`,
  );
  const names = rows.map(
    (name, i) => html`<text x="${left - 8}" y="${top + (i + 0.5) * side + 4}" text-anchor="end">${name}</text>`,
  );
  return frame(
    title,
    [left + columns.length * side + 4, top + rows.length * side + 4],
    html`<text x="4" y="14" font-weight="bold">${title}</text> ${head}${names}${cells}`,
  );
}

/** Apart for those who see colours otherwise, and by their dashes in grey print (Okabe, Ito 2008). */
const LINES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#000000', '#7f7f7f'] as const;
/** Lines of more points have no dots. */
const MOST_DOTS = 20;
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 2', '12 4', '1 2', '6 2 1 2'] as const;

/** Lines from 0 to 100 %. */
function lines({ title, x, axis, series, level, diagonal }: LineMarks): Html {
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

/** A drawing that stands alone. @param size width, height */
function frame(title: string, [width, height]: readonly [number, number], content: Html): Html {
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${title}"
    font-family="sans-serif"
    font-size="12"
  >
    ${content}
  </svg>`;
}
