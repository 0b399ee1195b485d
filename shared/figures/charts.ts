import { type Matrix, matrixNote } from '../analysis/matrix.ts';
import { trainSetName } from '../domain/study/train-set.ts';
import { isSame, viewName } from '../domain/study/view.ts';
import type { Html } from './markup.ts';
import { html, percent } from './markup.ts';

/** Dark enough on white for text of its own colour, and apart in grey print. */
const BAR_COLOURS = ['#1f5f8b', '#7fb2d0'] as const;

/** The train x test matrix as a table, with what each square stands on; shade follows the value from 50 % (white) to 100 %, and the number is always printed. */
export function matrixTable(name: string, matrix: Matrix, majority: ReadonlyMap<string, number | null>): Html {
  const head = matrix.views.map((view) => html`<th scope="col">${viewName(view)}</th>`);
  const rows = matrix.squares.map((row, i) => {
    const cells = row.map(({ value, sd, train, test, images, cases, only, few }) => {
      const shade = value === null || only ? 0 : Math.max(0, Math.min(1, (value - 0.5) * 2));
      const style = `background:rgb(${mix(255, 31, shade)},${mix(255, 95, shade)},${mix(255, 139, shade)});color:${shade > 0.45 ? '#fff' : '#1b2733'}`;
      const spread = sd === null ? '' : ` \u00b1 ${percent(sd)}`;
      const mark = only ? `! ${only} only, ` : few ? '! ' : '';
      const size = images > 0 ? html`<br /><small>${mark}${images} images, ${cases} cases</small>` : '';
      const kind = `square${isSame(train, test) ? ' same' : ''}${only ? ' left-out' : ''}`;
      return html`<td class="${kind}" style="${style}">${percent(value)}${spread}${size}</td>`;
    });
    return html`<tr>
      <th scope="row">${trainSetName(matrix.trainSets[i])}</th>
      ${cells}
      <td>${percent(matrix.rowMeans[i])}</td>
    </tr>`;
  });
  const baseline = matrix.views.map((view) => html`<td>${percent(majority.get(viewName(view)) ?? null)}</td>`);
  const note = matrixNote(matrix);
  return html`<figure class="matrix">
    <table>
      <caption>
        ${name}
      </caption>
      <thead>
        <tr>
          <th scope="col">train \\ test</th>
          ${head}
          <th scope="col">mean</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
        <tr class="baseline">
          <th scope="row">majority</th>
          ${baseline}
          <td></td>
        </tr>
      </tbody>
    </table>
    <figcaption>
      Same magnification ${percent(matrix.diagonalMean)}, other magnifications ${percent(matrix.offDiagonalMean)}, all
      ${percent(matrix.overallMean)}. ${note ? `! ${note}` : ''}
    </figcaption>
  </figure>`;
}

function mix(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}

export interface BarGroup {
  readonly name: string;
  /** 0 to 1, one per series */
  readonly values: readonly (number | null)[];
}

/** Grouped horizontal bars from 0 to 100 %, with the number at each bar's end. */
export function bars(title: string, series: readonly string[], groups: readonly BarGroup[]): Html {
  const [left, width, bar, gap] = [150, 420, 15, 14];
  const groupHeight = series.length * bar + gap;
  const height = groups.length * groupHeight + 40;
  const x = (value: number) => left + value * width;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (t) =>
      html`<line x1="${x(t)}" x2="${x(t)}" y1="0" y2="${height - 36}" stroke="#d5dde5" /><text
          x="${x(t)}"
          y="${height - 20}"
          text-anchor="middle"
          >${100 * t}</text
        >`,
  );
  const drawn = groups.map(({ name, values }, g) => {
    const top = g * groupHeight + 6;
    const label = html`<text x="${left - 10}" y="${top + (series.length * bar) / 2 + 4}" text-anchor="end">${name}</text>`;
    const own = values.map((value, s) => {
      const y = top + s * bar;
      return html`<rect
          x="${left}"
          y="${y}"
          width="${(value ?? 0) * width}"
          height="${bar - 2}"
          fill="${BAR_COLOURS[s % BAR_COLOURS.length]}"
        /><text x="${x(value ?? 0) + 5}" y="${y + bar - 4}">${percent(value)}</text>`;
    });
    return html`${label}${own}`;
  });
  const legend = series.map(
    (name, s) => html`<span class="key"><i style="background:${BAR_COLOURS[s % BAR_COLOURS.length]}"></i>${name}</span>`,
  );
  return html`<figure>
    <svg viewBox="0 0 ${left + width + 60} ${height}" role="img" aria-label="${title}" font-size="12">
      ${ticks}${drawn}
      <text x="${left + width / 2}" y="${height - 3}" text-anchor="middle">accuracy, %</text>
    </svg>
    <figcaption>${title} ${legend}</figcaption>
  </figure>`;
}
