import { findVariant } from '../../shared/domain/catalogue.ts';
import { FAMILIES } from '../../shared/domain/families.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { type Cell, matricesOf, squareName } from '../../shared/analysis/matrix.ts';
import { METRICS, type Metrics } from '../../shared/analysis/metrics.ts';
import { answerOf, answerText, ROBUSTNESS_FORMULAS, robustnessOf } from '../../shared/analysis/robustness.ts';
import { bars, matrixTable } from '../../shared/figures/charts.ts';
import { text } from '../../shared/texts/text.ts';
import { BREAKHIS_CITATION, magnilabCitation, STUDY_CITATION } from './citation.ts';
import { Html, html, percent, table } from '../../shared/figures/markup.ts';
import type { ReportData } from './report-data.ts';
import { type ResultRow, valueOf } from '../../shared/analysis/results-table.ts';
import { STYLE } from './style.ts';

/** The report as one file that opens offline: no script, no link to load. */
export function reportPage(data: ReportData): string {
  const { study, rows } = data;
  const cells = cellsFrom(rows);
  const matrices = matricesOf(cells, 'accuracy');
  const majority = new Map(rows.filter((r) => r.metric === 'majority').map((r) => [r.test_mag, r.value]));
  const title = `${study.name}: accuracy across magnifications`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="meta">Magnilab ${data.version}, ${data.date.slice(0, 10)}. Research use only: not for diagnosis.</p>
          ${data.synthetic ? html`<p class="notice">The images are synthetic demo tissue. These numbers show that the lab works; they say nothing about how the networks compare on real tissue.</p>` : ''}
          ${missing(data)}
          ${(data.leaks ?? 0) > 0 ? html`<p class="notice">${data.leaks} cases have images on both sides of the split. Every accuracy below is optimistic.</p>` : ''}
        </header>
        <section>
          <h2>Question and answer</h2>
          ${answer(data, cells)}
        </section>
        <section>
          <h2>Trained on one magnification, tested on all</h2>
          <p>
            Accuracy in per cent,
            ${seedText(study.plan.seeds.length)}${new Set(rows.map((r) => r.trial)).size < study.trials.length ? ', as far as trials have finished' : ''}.
            Rows: magnification of training; columns: of the test. Framed: the same magnification. The majority row is what always
            answering the more frequent class gives.
          </p>
          <div class="multiples">${matrices.map((m) => matrixTable(modelName(m.model), m, majority))}</div>
        </section>
        <section>
          <h2>Means</h2>
          ${bars(
            'Mean accuracy per network:',
            ['all train and test magnifications', 'same magnification'],
            matrices.map((m) => ({ name: modelName(m.model), values: [m.overallMean, m.diagonalMean] })),
          )}
          ${robustness(cells)}
        </section>
        <section>
          <h2>Confusion matrices</h2>
          <p>Counts of test images. Rows: truth; columns: prediction.</p>
          ${confusions(data)}
        </section>
        <section>
          <h2>All metrics</h2>
          ${metricsTable(data)}
          <dl>
            ${METRICS.map(
              (metric) =>
                html`<dt>${text(`metrics.${metric}.name`)}</dt>
                  <dd>${text(`metrics.${metric}.formula`)}</dd>`,
            )}
          </dl>
        </section>
        <section>
          <h2>Data and split</h2>
          ${dataSection(data)}
        </section>
        <section>
          <h2>Settings</h2>
          ${settings(data)}
        </section>
        <section>
          <h2>Environment</h2>
          ${environment(data)}
        </section>
        <section>
          <h2>How to cite</h2>
          ${citations(data)}
        </section>
      </body>
    </html>`;
  return page.text;
}

/** The table's rows as cells again: the page knows no other numbers. */
function cellsFrom(rows: readonly ResultRow[]): Cell[] {
  return [...Map.groupBy(rows, (r) => `${r.trial} ${r.test_mag}`).values()].map((own) => ({
    model: own[0].variant,
    trainMagnification: own[0].train_mag,
    testMagnification: own[0].test_mag,
    seed: own[0].seed,
    images: own[0].n_images,
    cases: own[0].n_cases,
    confusion: [
      [count(own, 'tn'), count(own, 'fp')],
      [count(own, 'fn'), count(own, 'tp')],
    ],
    metrics: Object.fromEntries(
      METRICS.map((metric) => [metric, own.find((r) => r.metric === metric)?.value ?? null]),
    ) as unknown as Metrics,
  }));
}

function count(rows: readonly ResultRow[], metric: string): number {
  return rows.find((r) => r.metric === metric)?.value ?? 0;
}

function answer({ study, rows }: ReportData, cells: readonly Cell[]): Html {
  const models = [...new Set(cells.map((c) => modelName(c.model)))];
  if (models.length === 0) return html`<p>No trial has finished yet.</p>`;
  const asked =
    models.length > 1
      ? `Which of ${models.join(', ')} keeps its accuracy when the magnification changes?`
      : `How far does ${models[0]} keep its accuracy when the magnification changes?`;
  const finished = new Set(rows.map((r) => r.trial)).size;
  if (finished < study.trials.length)
    return html`<p>
      ${asked} ${finished} of ${study.trials.length} trials have finished: the means below cover different squares and must not be
      compared.
    </p>`;
  return html`<p>${asked}</p>
    <p class="answer">${answerText(answerOf(cells), modelName)}</p>`;
}

function robustness(cells: readonly Cell[]): Html {
  const accuracy = new Map(matricesOf(cells, 'accuracy').map((m) => [m.model, m]));
  const rows = robustnessOf(cells).map(({ model, same, other, gap, retention, worst }) => [
    modelName(model),
    percent(same),
    percent(other),
    percent(gap),
    percent(retention),
    worst ? `${percent(worst.value)} (${squareName(worst)})` : percent(null),
    percent(accuracy.get(model)!.diagonalMean),
    percent(accuracy.get(model)!.offDiagonalMean),
  ]);
  const head = ['Network', ...ROBUSTNESS_FORMULAS.map((f) => f.name), 'Accuracy, same', 'Accuracy, others'];
  return html`${table('Robustness, balanced accuracy in per cent; plain accuracy beside it, to compare with the paper', head, rows)}
    <dl>
      ${ROBUSTNESS_FORMULAS.map(
        (f) =>
          html`<dt>${f.name}</dt>
            <dd>${f.formula}</dd>`,
      )}
    </dl>
    <p>Squares whose test has one class only are left out of every mean and of the worst square.</p>`;
}

function confusions({ rows, study }: ReportData): Html {
  const blocks = study.trials.flatMap(({ id, model, trainMagnification, seed }) => {
    const tests = study.plan.testMagnifications.filter((test) => valueOf(rows, id, test, 'tp') !== null);
    if (tests.length === 0) return [];
    const tables = tests.map((test) => {
      const at = (name: string) => valueOf(rows, id, test, name);
      return table(
        `tested on ${magnificationName(test)}`,
        ['', 'benign', 'malignant'],
        [
          ['benign', at('tn'), at('fp')],
          ['malignant', at('fn'), at('tp')],
        ],
      );
    });
    return [
      html`<h3>${modelName(model)} trained on ${magnificationName(trainMagnification)}, seed ${seed}</h3>
        <div class="multiples confusions">${tables}</div>`,
    ];
  });
  return html`${blocks}`;
}

function metricsTable({ rows, study }: ReportData): Html {
  const head = [
    'Network',
    'Train',
    'Test',
    'Seed',
    'Images',
    'Cases',
    'Majority',
    ...METRICS.map((metric) => text(`metrics.${metric}.name`)),
  ];
  const body = study.trials.flatMap(({ id, model, trainMagnification, seed }) =>
    study.plan.testMagnifications.flatMap((test) => {
      const any = rows.find((r) => r.trial === id && r.test_mag === test);
      if (!any) return [];
      const values = ['majority', ...METRICS].map((metric) => percent(valueOf(rows, id, test, metric)));
      return [
        [
          modelName(model),
          magnificationName(trainMagnification),
          magnificationName(test),
          seed,
          any.n_images,
          any.n_cases,
          ...values,
        ],
      ];
    }),
  );
  return table('Per cent; a dash where a metric is not defined', head, body);
}

/** What could not be read is told first of all: numbers that are not there must not be taken for zeros. */
function missing({ unread }: ReportData): Html {
  if (unread.length === 0) return html``;
  return html`<div class="notice">
    <p>Some of this study could not be read, and is missing below:</p>
    <ul>
      ${unread.map(({ message }) => html`<li>${message}</li>`)}
    </ul>
  </div>`;
}

function dataSection({ dataset, study, parts, leaks, dropped }: ReportData): Html {
  const { split, protocol } = study.plan;
  const counts = dataset
    ? table(
        `${dataset.images} images of ${dataset.cases} cases`,
        ['Magnification', 'Benign', 'Malignant'],
        Object.entries(dataset.byMagnification).map(([m, { benign, malignant }]) => [
          magnificationName(Number(m)),
          benign,
          malignant,
        ]),
      )
    : html`<p>No trial has finished yet.</p>`;
  const grouping =
    split.by === 'case'
      ? split.grouping === 'strict'
        ? 'whole cases (year and number)'
        : 'whole slides, as published'
      : split.by;
  return html`${counts}
    <p>
      Protocol: ${protocol}. Split by ${grouping}, ${split.ratios.join(' : ')} into train, validation and test, seed
      ${split.seed}; SHA-256 ${study.splitSha256}.
      ${
        leaks === null
          ? "The split's file could not be read: whether cases stand on more than one side is not known."
          : `${dropped} images left out; ${leaks} cases on more than one side.`
      }
    </p>
    ${
      parts &&
      table(
        'Parts, all magnifications together',
        ['Part', 'Images'],
        parts.map((p) => [p.part, p.images]),
      )
    }`;
}

function settings({ study: { plan } }: ReportData): Html {
  const flat = Object.entries({
    models: plan.models,
    inputSize: plan.inputSize,
    evaluation: plan.evaluation,
    seeds: plan.seeds,
    ...plan.training,
    ...plan.augmentation,
  });
  return table(
    'Every setting, defaults included',
    ['Setting', 'Value'],
    flat.map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}

function environment({ environments, trials }: ReportData): Html {
  const [first] = environments;
  if (!first) return html`<p>No trial has finished yet.</p>`;
  const seconds = trials.reduce((sum, t) => sum + t.trainingSeconds, 0);
  const rows = [
    ['Device', first.device],
    ['Engine, all trials', [...new Set(environments.map(({ engine }) => engine))].join('; ')],
    ...reducedBatches(environments),
    ['TensorFlow', first.tensorflow],
    ['TensorFlow.js', first.tfjs],
    ['oneDNN', first.oneDnn ? 'on' : 'off'],
    ['Processor', `${first.cpu}, ${first.cores} cores`],
    ['System', first.os],
    ['Node', first.node],
    ['Training time, all trials', `${Math.round(seconds)} s`],
  ];
  return table('Of the first trial', ['', 'Value'], rows);
}

/** A batch that did not fit into memory was halved: readers must know. */
function reducedBatches(environments: ReportData['environments']): string[][] {
  const reduced = environments.flatMap(({ computation: c }) =>
    c && c.batchSize < c.plannedBatchSize ? [`${c.batchSize} instead of ${c.plannedBatchSize}`] : [],
  );
  return reduced.length === 0 ? [] : [['Batch, for want of memory', [...new Set(reduced)].join('; ')]];
}

function citations({ study, synthetic, version }: ReportData): Html {
  const families = new Set(study.plan.models.map((id) => findVariant(id)?.family));
  const list = [
    magnilabCitation(version),
    STUDY_CITATION,
    ...(synthetic ? [] : [BREAKHIS_CITATION]),
    ...FAMILIES.filter((f) => families.has(f.family)).map((f) => f.citation),
  ];
  return html`<ul>
    ${list.map((text) => html`<li>${text}</li>`)}
  </ul>`;
}

function modelName(id: string): string {
  return findVariant(id)?.name ?? id;
}

function seedText(n: number): string {
  return n === 1 ? 'one seed' : `mean \u00b1 standard deviation over ${n} seeds`;
}
