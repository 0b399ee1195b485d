/** The parts of the report's page that show results, from the one table and the figures. */
import { doubtText, estimateText, seedText } from '../../shared/analysis/estimates.ts';
import { contenderName, contenderOf } from '../../shared/domain/study/arm.ts';
import { matricesOf, squareName } from '../../shared/analysis/matrix.ts';
import { CLASS_METRICS, METRICS, metricText } from '../../shared/analysis/metrics.ts';
import { chanceOf, keptShares, rankText, ROBUSTNESS_FORMULAS, robustnessOf } from '../../shared/analysis/robustness.ts';
import {
  classesIn,
  CONFUSION,
  MAJORITY,
  type Square,
  squaresOf,
  SUPPORT,
  type Table,
  valueIn,
} from '../../shared/analysis/table.ts';
import { classTitle } from '../../shared/domain/breakhis.ts';
import { trainSetName } from '../../shared/domain/study/train-set.ts';
import { isCurveStep, viewName } from '../../shared/domain/study/view.ts';
import type { HeatMarks, Marks } from '../../shared/figures/marks.ts';
import { type Html, html as markup, percent, table as tableOf } from '../../shared/figures/markup.ts';
import { squareColours, svgOf } from '../../shared/figures/svg.ts';
import { text } from '../../shared/texts/text.ts';
import type { ReportData } from './report-data.ts';

const PLACE = ['Network', 'Train', 'Test', 'Fold', 'Seed'];

/** A matrix is a table, whose numbers can be copied; other figures are drawn. */
export function drawn(marks: Marks): Html {
  if (marks.kind === 'heat') return heatTable(marks);
  return markup`<figure>
    ${svgOf(marks)}
    <figcaption>${marks.title} ${dashedText(marks)}</figcaption>
  </figure>`;
}

function dashedText(marks: Exclude<Marks, HeatMarks>): string {
  if (marks.level) return `Dashed: ${marks.level.name}, ${percent(marks.level.value)} %.`;
  return marks.kind === 'lines' && marks.diagonal ? `Dashed: ${marks.diagonal}.` : '';
}

function heatTable({ title, rows, columns, squares, rowMeans, baseline, means, note }: HeatMarks): Html {
  const body = rows.map((name, i) => {
    const cells = squares[i].map(({ value, sd, images, cases, only, few, same }) => {
      const { background, text } = squareColours(only ? null : value);
      const spread = sd === null ? '' : ` \u00b1 ${percent(sd)}`;
      const mark = only ? `! ${only} only, ` : few ? '! ' : '';
      const size = images > 0 ? markup`<br /><small>${mark}${images} images, ${cases} cases</small>` : '';
      const kind = `square${same ? ' same' : ''}${only ? ' left-out' : ''}`;
      return markup`<td class="${kind}" style="background:${background};color:${text}">${percent(value)}${spread}${size}</td>`;
    });
    return markup`<tr>
      <th scope="row">${name}</th>
      ${cells}
      <td>${percent(rowMeans[i])}</td>
    </tr>`;
  });
  const [first, ...others] = means.map(({ name, value }) => `${name} ${percent(value)}`);
  return markup`<figure class="matrix">
    <table>
      <caption>
        ${title}
      </caption>
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
    <figcaption>${[first, ...others].join(', ')}. ${note ? `! ${note}` : ''}</figcaption>
  </figure>`;
}

export function finishedTrials(trials: ReportData['trials']): number {
  return trials.filter(({ state }) => state === 'finished').length;
}

/** All but those that are not needed. */
export function wantedTrials(trials: ReportData['trials']): number {
  return trials.filter(({ state }) => state !== 'skipped').length;
}

export function robustness(data: ReportData): Html {
  const { table, inference } = data;
  const accuracy = new Map(matricesOf(table, 'accuracy').map((m) => [m.model, m]));
  const inferred = new Map(inference.contenders.map((own) => [own.contender, own]));
  const rows = robustnessOf(table).map(({ model, same, other, gap, retention, worst, range, ranks }) => [
    contenderName(model),
    percent(same),
    percent(other),
    percent(gap),
    inferred.has(model) ? estimateText({ ...inferred.get(model)!.retention, value: retention }) : percent(retention),
    worst ? `${percent(worst.value)} (${squareName(worst)})` : percent(null),
    percent(range),
    ranks ? rankText(ranks) : percent(null),
    percent(accuracy.get(model)!.diagonalMean),
    percent(accuracy.get(model)!.offDiagonalMean),
  ]);
  const head = ['Network', ...ROBUSTNESS_FORMULAS.map((f) => f.name), 'Accuracy, same', 'Accuracy, others'];
  return markup`${tableOf('Robustness, balanced accuracy in per cent; plain accuracy beside it, to compare with the paper', head, rows)}
    <dl>
      ${ROBUSTNESS_FORMULAS.map(
        (f) =>
          markup`<dt>${f.name}</dt>
            <dd>${f.formula}</dd>`,
      )}
    </dl>
    <p>Squares whose test has one class only are left out of every mean and of the worst square.</p>
    ${kept(data)} ${perCase(data)} ${comparisons(data)}`;
}

/** Share of what is above chance that every square keeps of its row's own magnification. */
function kept({ table, study }: ReportData): Html {
  const chance = chanceOf('balancedAccuracy', study.classes.length)!;
  const all = matricesOf(table, 'balancedAccuracy');
  const views = [...new Map(all.flatMap((matrix) => matrix.views).map((view) => [viewName(view), view])).values()];
  const rows = all.flatMap((matrix) => {
    const shares = keptShares(matrix, chance);
    return matrix.trainSets.flatMap((trainSet, i) => {
      if (shares[i].every((share) => share === null)) return [];
      const at = (name: string) => matrix.views.findIndex((view) => viewName(view) === name);
      const values = views.map((view) => percent(shares[i][at(viewName(view))] ?? null));
      return [[contenderName(matrix.model), trainSetName(trainSet), ...values]];
    });
  });
  if (rows.length === 0) return markup``;
  const caption =
    'Share kept: (square - chance) / (square at the magnification of training - chance) of balanced accuracy, per cent';
  return tableOf(caption, ['Network', 'Train', ...views.map(viewName)], rows);
}

/** Each case weighs the same, whatever number of images it has; seeds are averaged first. */
function perCase({ inference }: ReportData): Html {
  const rows = inference.contenders.map(({ contender, overall, gap, consistency, seeds }) => [
    contenderName(contender),
    overall.cases,
    estimateText(overall),
    estimateText(gap),
    estimateText(consistency),
    seeds.seeds,
    seedText(seeds),
    percent(seeds.optimism),
  ]);
  const head = ['Network', 'Cases', 'Accuracy per case, all squares', 'Loss per case', 'Same answer everywhere', 'Seeds', 'Mean and SD of seeds, best of as many as the paper ran', 'Best minus mean']; // prettier-ignore
  const doubts = inference.contenders.flatMap(({ contender, ...own }) =>
    (['overall', 'gap', 'retention', 'consistency'] as const).flatMap((measure) => {
      const doubt = doubtText(own[measure]);
      return doubt === null ? [] : [`${contenderName(contender)}, ${measure}: ${doubt}.`];
    }),
  );
  return markup`${tableOf('By cases, with 95 % intervals: per cent, and points of per cent', head, rows)}
    ${doubts.length > 0 ? markup`<p>${doubts.join(' ')}</p>` : ''}`;
}

function comparisons({ inference, study }: ReportData): Html {
  if (inference.comparisons.length === 0) return markup``;
  const rows = inference.comparisons.map((c) => [
    { gap: 'loss per case', overall: 'accuracy per case' }[c.measure],
    `${contenderName(c.first)} minus ${contenderName(c.second)}`,
    c.cases,
    estimateText(c.difference),
    c.low90 === null || c.high90 === null ? percent(null) : `${percent(c.low90)} to ${percent(c.high90)}`,
    c.p.toPrecision(3),
    c.smallestPossibleP.toPrecision(3),
    c.holm.toPrecision(3),
    c.practicallyEqual ? 'yes' : 'no',
  ]);
  const head = ['What', 'Networks', 'Cases', 'Difference, points', '90 % interval', 'p', 'smallest p possible', 'p, Holm', 'equal in practice']; // prettier-ignore
  return markup`${tableOf('Networks against each other, on the same cases', head, rows)}
    <p>
      Differences are means over cases with Student's interval; p is of the sign-flip test, corrected by Holm's method over all pairs of
      one measure. Equal in practice: the 90 % interval lies within ${percent(study.plan.equivalenceBand)} points, fixed before the study ran.
    </p>`;
}

/** Steps of a scale curve are points of a line: they stand in the figure and in the CSV. */
function shownSquares(table: Table) {
  return squaresOf(table).filter(({ view }) => !isCurveStep(view));
}

export function confusions({ table, study }: ReportData): Html {
  const byTrial = Map.groupBy(shownSquares(table), (square) => square.trial);
  const blocks = study.trials.flatMap((trial) => {
    const squares = byTrial.get(trial.id) ?? [];
    if (squares.length === 0) return [];
    return [
      markup`<h3>${armName(trial)}</h3>
        <div class="multiples confusions${study.classes.length > 3 ? ' many' : ''}">${squares.map(confusion)}</div>`,
    ];
  });
  return markup`${blocks}`;
}

function confusion(square: Square): Html {
  const classes = classesIn(square);
  const rows = classes.map((truth) => [classTitle(truth), ...classes.map((answer) => valueIn(square, CONFUSION, truth, answer))]);
  return tableOf(`tested on ${viewName(square.view)}`, ['', ...classes.map(classTitle)], rows);
}

export function metricsTable({ table, study }: ReportData): Html {
  const head = [...PLACE, 'Images', 'Cases', 'Majority', ...METRICS.map((m) => text(`metrics.${m.id}.name`))];
  const body = squareRows(table, study, (square) => [
    [
      square.rows[0].images,
      square.rows[0].cases,
      percent(valueIn(square, MAJORITY)),
      ...METRICS.map(({ id }) => metricText(id, valueIn(square, id))),
    ],
  ]);
  return tableOf('Shares in per cent, other numbers as they are; a dash where a metric is not defined', head, body);
}

/** Rows for every square, in the study's order, each beginning with where it stands. */
function squareRows(table: Table, study: ReportData['study'], rowsOf: (square: Square) => (string | number | null)[][]) {
  const byTrial = Map.groupBy(shownSquares(table), (square) => square.trial);
  return study.trials.flatMap(({ id, trainSet, fold, seed, ...contender }) =>
    (byTrial.get(id) ?? []).flatMap((square) =>
      rowsOf(square).map((row) => [
        contenderName(contenderOf(contender)),
        trainSetName(trainSet),
        viewName(square.view),
        fold ?? '',
        seed,
        ...row,
      ]),
    ),
  );
}

/** With two classes the table of all metrics says as much. */
export function classTable({ table, study }: ReportData): Html {
  if (study.classes.length <= 2) return markup``;
  const head = [...PLACE, 'Class', 'Images', 'Recall', 'Precision', 'F1', 'AUC'];
  const body = squareRows(table, study, (square) =>
    classesIn(square).map((name) => [
      classTitle(name),
      valueIn(square, SUPPORT, name),
      ...CLASS_METRICS.map((metric) => percent(valueIn(square, metric, name))),
    ]),
  );
  return tableOf('Each class against the rest, per cent', head, body);
}

function armName(trial: ReportData['study']['trials'][number]): string {
  const { trainSet, fold, seed } = trial;
  return `${contenderName(contenderOf(trial))} trained on ${trainSetName(trainSet)}${fold === null ? '' : `, fold ${fold}`}, seed ${seed}`;
}
