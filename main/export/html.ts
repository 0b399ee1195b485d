import { METRICS } from '../../shared/analysis/metrics.ts';
import { answerOf, answerText } from '../../shared/analysis/answer.ts';
import { classTitle } from '../../shared/domain/breakhis.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import { magnificationName } from '../../shared/domain/magnification.ts';
import { isBaseline } from '../../shared/domain/study/baselines.ts';
import { contenderName, contenderOf } from '../../shared/domain/study/arm.ts';
import { trainSetName } from '../../shared/domain/study/train-set.ts';
import { FIGURES } from '../../shared/figures/index.ts';
import { Html, html as markup, table as tableOf } from '../../shared/figures/markup.ts';
import { text } from '../../shared/texts/text.ts';
import { BREAKHIS_CITATION, magnilabCitation, STUDY_CITATION } from './citation.ts';
import type { ExportFormat } from './format.ts';
import { classTable, confusions, drawn, finishedTrials, metricsTable, robustness, wantedTrials } from './html-results.ts';
import type { ReportData } from './report-data.ts';
import { STYLE } from './style.ts';

/** One page that opens offline. */
export const html: ExportFormat = { id: 'html', write: ({ data }, put) => put('report.html', reportPage(data)) };

/** The report as one file that opens offline: no script, no link to load. */
export function reportPage(data: ReportData): string {
  const { study } = data;
  const title = `${study.name}: accuracy across magnifications`;
  const page = markup`<!doctype html>
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
          ${data.synthetic ? markup`<p class="notice">The images are synthetic demo tissue. These numbers show that the lab works; they say nothing about how the networks compare on real tissue.</p>` : ''}
          ${missing(data)}
          ${(data.leaks ?? 0) > 0 ? markup`<p class="notice">${data.leaks} cases have images on both sides of the split. Every accuracy below is optimistic.</p>` : ''}
        </header>
        <section>
          <h2>Question and answer</h2>
          ${answer(data)}
        </section>
        ${FIGURES.map((figure) => {
          const marks = figure.marks(data, contenderName);
          if (marks.length === 0) return markup``;
          return markup`<section>
            <h2>${figure.title}</h2>
            <p>${figure.caption} ${extent(data)}</p>
            <div class="multiples">${marks.map(drawn)}</div>
          </section>`;
        })}
        <section>
          <h2>Robustness</h2>
          ${robustness(data)}
        </section>
        <section>
          <h2>Confusion matrices</h2>
          <p>Counts of test images. Rows: truth; columns: prediction.</p>
          ${confusions(data)}
        </section>
        <section>
          <h2>All metrics</h2>
          ${metricsTable(data)} ${classTable(data)}
          <dl>
            ${METRICS.map(
              (m) =>
                markup`<dt>${text(`metrics.${m.id}.name`)}</dt>
                  <dd>${text(`metrics.${m.id}.formula`)}</dd>`,
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

/** Over how many seeds numbers are means, and whether trials are missing. */
function extent({ study, trials }: ReportData): string {
  const partial = finishedTrials(trials) < wantedTrials(trials) ? ', as far as trials have finished' : '';
  const text = seedText(study.plan.seeds.length) + partial;
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function answer({ trials, table, inference }: ReportData): Html {
  const models = [...new Set(table.filter((row) => !isBaseline(row.model)).map((row) => contenderName(contenderOf(row))))];
  if (models.length === 0) return markup`<p>No trial has finished yet.</p>`;
  const asked =
    models.length > 1
      ? `Which of ${models.join(', ')} keeps its accuracy when the magnification changes?`
      : `How far does ${models[0]} keep its accuracy when the magnification changes?`;
  const finished = finishedTrials(trials);
  if (finished < wantedTrials(trials))
    return markup`<p>
      ${asked} ${finished} of ${wantedTrials(trials)} trials have finished: the means below cover different squares and must not be
      compared.
    </p>`;
  return markup`<p>${asked}</p>
    <p class="answer">${answerText(answerOf(table, inference), contenderName)}</p>`;
}

/** What could not be read is told first of all: numbers that are not there must not be taken for zeros. */
function missing({ unread }: ReportData): Html {
  if (unread.length === 0) return markup``;
  return markup`<div class="notice">
    <p>Some of this study could not be read, and is missing below:</p>
    <ul>
      ${unread.map(({ message }) => markup`<li>${message}</li>`)}
    </ul>
  </div>`;
}

/** Whoever looks at a test set often enough finds what pleases. */
function looksText(looks: ReportData['testLooks']): string {
  if (looks === null) return 'How often the test set was looked at is not known: the record of it cannot be read.';
  if (looks.length <= 1) return 'The test set was looked at once in this project, by this study.';
  return `The test set was looked at by ${looks.length} studies of this project: ${looks.join(', ')}. Each look makes a good result by chance more likely.`;
}

function dataSection({ dataset, study, parts, leaks, dropped, testLooks }: ReportData): Html {
  const { split, protocol } = study.plan;
  const counts = dataset
    ? tableOf(
        `${dataset.images} images of ${dataset.cases} cases`,
        ['Magnification', ...study.classes.map(classTitle)],
        Object.entries(dataset.byMagnification).map(([m, byClass]) => [
          magnificationName(Number(m)),
          ...study.classes.map((name) => byClass[name] ?? 0),
        ]),
      )
    : markup`<p>No trial has finished yet.</p>`;
  const grouping =
    split.by === 'case'
      ? split.grouping === 'strict'
        ? 'whole cases (year and number)'
        : 'whole slides, as published'
      : split.by;
  return markup`${counts}
    <p>
      Protocol: ${protocol}. Split by ${grouping}, ${split.ratios.join(' : ')} into train, validation and test, seed
      ${split.seed}; SHA-256 ${study.splits.map(({ fold, sha256 }) => (fold === null ? sha256 : `of fold ${fold} ${sha256}`)).join(', ')}.
      ${
        leaks === null
          ? "The split's file could not be read: whether cases stand on more than one side is not known."
          : `${dropped} images left out; ${leaks} cases on more than one side.`
      }
    </p>
    <p>${looksText(testLooks)}</p>
    ${
      parts &&
      tableOf(
        'Parts, all magnifications together',
        ['Part', 'Images'],
        parts.map((p) => [p.part, p.images]),
      )
    }`;
}

function settings({ study }: ReportData): Html {
  const { plan } = study;
  const flat = Object.entries({
    task: plan.task,
    classes: study.classes,
    models: plan.models,
    trainSets: plan.trainSets.map(trainSetName),
    testMagnifications: plan.testMagnifications,
    views: plan.views,
    inputSize: plan.inputSize,
    evaluation: plan.evaluation,
    seeds: plan.seeds,
    ...plan.training,
    ...plan.augmentation,
  });
  return tableOf(
    'Every setting, defaults included',
    ['Setting', 'Value'],
    flat.map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}

function environment({ environments, trials }: ReportData): Html {
  const [first] = environments;
  if (!first) return markup`<p>No trial has finished yet.</p>`;
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
  return tableOf('Of the first trial', ['', 'Value'], rows);
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
  return markup`<ul>
    ${list.map((text) => markup`<li>${text}</li>`)}
  </ul>`;
}

function seedText(n: number): string {
  return n === 1 ? 'one seed' : `mean \u00b1 standard deviation over ${n} seeds`;
}
