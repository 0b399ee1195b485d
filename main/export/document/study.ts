/** Sections about what a study is made of: data, split, settings, environment, sources. */
import { departures } from '../../../shared/contract/plan-differences.ts';
import { presetPlan, type Plan } from '../../../shared/contract/plan.ts';
import { classTitle } from '../../../shared/domain/breakhis.ts';
import { findVariant } from '../../../shared/domain/catalogue.ts';
import { FAMILIES } from '../../../shared/domain/families/index.ts';
import { magnificationName } from '../../../shared/domain/magnification.ts';
import { type Preset, presetIds } from '../../../shared/domain/study/presets/index.ts';
import { trainSetName } from '../../../shared/domain/study/train-set.ts';
import { BREAKHIS_CITATION, magnilabCitation, STUDY_CITATION } from '../../../shared/texts/citations.ts';
import type { ReportData } from '../report-data.ts';
import { type Block, type Cell, column, tableBlock, text } from './blocks.ts';

export function dataAndSplit(data: ReportData): Block[] {
  const { dataset, study, parts, testLooks } = data;
  const counts: Block = dataset
    ? tableBlock({
        id: 'data',
        caption: `${dataset.images} images of ${dataset.cases} cases`,
        columns: [
          { title: 'Magnification', kind: 'text' },
          ...study.classes.map((name) => ({ title: classTitle(name), kind: 'count' as const })),
        ],
        rows: Object.entries(dataset.byMagnification).map(([m, byClass]): Cell[] => [
          magnificationName(Number(m)),
          ...study.classes.map((name) => byClass[name] ?? 0),
        ]),
      })
    : text('No trial has finished yet.');
  return [
    counts,
    text(splitText(data)),
    text(looksText(testLooks)),
    ...(parts
      ? [
          tableBlock({
            id: null,
            caption: 'Parts, all magnifications together',
            columns: [
              { title: 'Part', kind: 'text' },
              { title: 'Images', kind: 'count' },
            ],
            rows: parts.map((p) => [p.part, p.images]),
          }),
        ]
      : []),
  ];
}

/** How images were grouped when they were dealt out. */
export function groupingText({ split }: Plan): string {
  if (split.by !== 'case') return split.by;
  return split.grouping === 'strict' ? 'whole cases (year and number)' : 'whole slides, as published';
}

function splitText({ study, leaks, dropped }: ReportData): string {
  const { split, protocol } = study.plan;
  const hashes = study.splits.map(({ fold, sha256 }) => (fold === null ? sha256 : `of fold ${fold} ${sha256}`)).join(', ');
  const sides =
    leaks === null
      ? "The split's file could not be read: whether cases stand on more than one side is not known."
      : `${dropped} images left out; ${leaks} cases on more than one side.`;
  return `Protocol: ${protocol}. Split by ${groupingText(study.plan)}, ${split.ratios.join(' : ')} into train, validation and test, seed ${split.seed}; SHA-256 ${hashes}. ${sides}`;
}

/** Whoever looks at a test set often enough finds what pleases. */
export function looksText(looks: ReportData['testLooks']): string {
  if (looks === null) return 'How often the test set was looked at is not known: the record of it cannot be read.';
  if (looks.length <= 1) return 'The test set was looked at once in this project, by this study.';
  return `The test set was looked at by ${looks.length} studies of this project: ${looks.join(', ')}. Each look makes a good result by chance more likely.`;
}

/** Fields of a plan that say what a study asks and how, flat and as text. */
function flatSettings({ name: _name, dataset: _dataset, format: _format, ...plan }: Plan): [string, string][] {
  const flat = (key: string, value: unknown): [string, string][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([inner, own]) => flat(`${key}.${inner}`, own))
      : [[key, settingText(value)]];
  return Object.entries({ ...plan, trainSets: plan.trainSets.map(trainSetName) }).flatMap(([key, value]) => flat(key, value));
}

function settingText(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** What the plan sets otherwise than the preset that it is named after; null where that is not known any more. */
export function differences({ plan }: ReportData['study']): { setting: string; here: string; preset: string }[] | null {
  const preset = presetIds.find((id): id is Preset => id === plan.protocol);
  if (!preset) return null;
  return departures(plan, presetPlan(preset, plan.name, plan.dataset.folder)).map(({ field, first, second }) => ({
    setting: field,
    here: settingText(first),
    preset: settingText(second),
  }));
}

export function settings({ study }: ReportData): Block[] {
  const other = differences(study);
  return [
    other === null || other.length === 0
      ? text(
          other === null ? 'The plan is named after no preset.' : `Every setting is that of the preset "${study.plan.protocol}".`,
        )
      : tableBlock({
          id: null,
          caption: `Settings that differ from the preset "${study.plan.protocol}"`,
          columns: [column('Setting'), column('Here'), column('Preset')],
          rows: other.map(({ setting, here, preset }) => [setting, here, preset]),
        }),
    tableBlock({
      id: null,
      caption: 'Every setting, defaults included',
      columns: [column('Setting'), column('Value')],
      rows: [['classes', study.classes.join(', ')], ...flatSettings(study.plan)],
    }),
  ];
}

export function environment({ environments, trials }: ReportData): Block[] {
  const first = trainingEnvironment(environments);
  if (!first) return [text('No trial has finished yet.')];
  const seconds = trials.reduce((sum, t) => sum + t.trainingSeconds, 0);
  const rows: Cell[][] = [
    ['Magnilab', [...new Set(environments.map(({ magnilab }) => magnilab))].join('; ')],
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
  const columns = [column('What'), column('Value')];
  return [tableBlock({ id: null, caption: 'Of the first trial of a network', columns, rows })];
}

/** Of the first trial that trained a network: a baseline needs no TensorFlow. */
export function trainingEnvironment(environments: ReportData['environments']): ReportData['environments'][number] | undefined {
  return environments.find(({ computation }) => computation !== undefined) ?? environments[0];
}

/** A batch that did not fit into memory was halved: readers must know. */
function reducedBatches(environments: ReportData['environments']): Cell[][] {
  const reduced = environments.flatMap(({ computation: c }) =>
    c && c.batchSize < c.plannedBatchSize ? [`${c.batchSize} instead of ${c.plannedBatchSize}`] : [],
  );
  return reduced.length === 0 ? [] : [['Batch, for want of memory', [...new Set(reduced)].join('; ')]];
}

export function citations({ study, synthetic, version }: ReportData): Block[] {
  const families = new Set(study.plan.models.map((id) => findVariant(id)?.family));
  const items = [
    magnilabCitation(version),
    STUDY_CITATION,
    ...(synthetic ? [] : [BREAKHIS_CITATION]),
    ...FAMILIES.filter((f) => families.has(f.family)).map((f) => f.citation),
  ];
  return [{ kind: 'list', items }];
}
