/**
 * The checklist for artificial intelligence in medical imaging (CLAIM; Mongan, Moy, Kahn, Radiology: Artificial Intelligence 2020;
 * 2(2):e200029), filled in as far as the lab knows; the rest is the authors'.
 */
import { METRICS } from '../../shared/analysis/metrics.ts';
import { findVariant } from '../../shared/domain/catalogue.ts';
import { text } from '../../shared/texts/text.ts';
import { groupingText, looksText, trainingEnvironment } from './document/study.ts';
import type { ReportData } from './report-data.ts';
import { markdownText } from './tables.ts';

interface Item {
  readonly about: string;
  /** null: only the authors know */
  readonly fill: (data: ReportData) => string | null;
}

const unknown = () => null;

const SECTIONS: readonly { readonly title: string; readonly items: readonly Item[] }[] = [
  {
    title: 'Title, abstract, introduction',
    items: [
      { about: 'Identified as a study of AI, with the kind of technology', fill: () => 'Deep learning: image classification' },
      { about: 'Structured summary', fill: unknown },
      { about: 'Background and intended use', fill: unknown },
      { about: 'Objectives', fill: () => 'Which network keeps its accuracy when the magnification of the microscope changes' },
    ],
  },
  {
    title: 'Design and data',
    items: [
      { about: 'Prospective or retrospective', fill: () => 'Retrospective: images that existed before the study' },
      { about: 'Goal of the study', fill: () => 'Comparison of networks' },
      { about: 'Sources of the data', fill: ({ synthetic, study }) => (synthetic ? 'Synthetic demo tissue' : study.plan.dataset.csv === undefined ? 'BreakHis (Spanhol et al. 2016)' : null) }, // prettier-ignore
      { about: 'Eligibility', fill: unknown },
      { about: 'Preprocessing', fill: ({ study: { plan } }) => `Shown at ${plan.inputSize.join(' x ')} pixels, evaluation: ${plan.evaluation}; runs/*/config.json` }, // prettier-ignore
      {
        about: 'Subsets',
        fill: ({ dropped }) => (dropped === null ? null : `${dropped} images left out as duplicates or unlisted`),
      },
      { about: 'Definitions of data elements', fill: ({ study }) => `Classes: ${study.classes.join(', ')}` },
      { about: 'De-identification', fill: unknown },
      { about: 'Missing data', fill: ({ unread }) => (unread.length === 0 ? 'None' : `${unread.length} files could not be read; the report names them`) }, // prettier-ignore
    ],
  },
  {
    title: 'Ground truth',
    items: ['Reference standard', 'Why it was chosen', 'Who annotated', 'Tools of annotation', 'Variability between raters'].map(
      (about) => ({ about, fill: unknown }),
    ),
  },
  {
    title: 'Partitions',
    items: [
      { about: 'Sample size and how it was determined', fill: ({ dataset }) => (dataset ? `${dataset.images} images of ${dataset.cases} cases; not determined beforehand` : null) }, // prettier-ignore
      { about: 'How data were assigned', fill: ({ study: { plan } }) => `By ${groupingText(plan)}, ${plan.split.ratios.join(' : ')} into train, validation and test, seed ${plan.split.seed}; data/splits.json` }, // prettier-ignore
      { about: 'Level at which partitions are disjoint', fill: ({ leaks, study: { plan } }) => (leaks === null ? null : leaks === 0 ? groupingText(plan) : `${leaks} cases stand on more than one side`) }, // prettier-ignore
    ],
  },
  {
    title: 'Model and training',
    items: [
      { about: 'The model', fill: ({ study }) => study.plan.models.map((id) => `${findVariant(id)?.name ?? id} (${(findVariant(id)?.params ?? 0).toLocaleString('en')} parameters)`).join(', ') }, // prettier-ignore
      { about: 'Software', fill: softwareText },
      { about: 'Initial parameters', fill: () => 'Random, no pretrained weights' },
      { about: 'Training', fill: ({ study }) => `methods.txt and runs/*/config.json; ${study.trials.length} trials` },
      { about: 'Selection of the final model', fill: ({ study: { plan } }) => `Epoch: ${plan.training.selection}; variants: ${plan.entries}` }, // prettier-ignore
      { about: 'Ensembles', fill: () => 'None' },
    ],
  },
  {
    title: 'Evaluation',
    items: [
      { about: 'Metrics', fill: () => METRICS.map(({ id }) => text(`metrics.${id}.name`)).join(', ') },
      {
        about: 'Uncertainty and significance',
        fill: () => "95 % intervals over cases; sign-flip tests with Holm's correction; methods.txt",
      },
      { about: 'Robustness', fill: () => 'Every train set tested at every magnification; the report\'s section "Robustness"' },
      { about: 'Explainability', fill: unknown },
      { about: 'External data', fill: unknown },
    ],
  },
  {
    title: 'Results',
    items: [
      {
        about: 'Flow of cases',
        fill: ({ parts }) => parts && parts.map(({ part, images }) => `${part} ${images} images`).join(', '),
      },
      { about: 'Characteristics of cases', fill: unknown },
      {
        about: 'Performance on all partitions',
        fill: () => 'Test: data/results_long.csv; training and validation by epoch: data/history',
      },
      { about: 'Estimates and their precision', fill: () => 'tables/, with 95 % intervals' },
      { about: 'Analysis of failures', fill: () => 'The report\'s section "Errors"; data/predictions' },
    ],
  },
  {
    title: 'Discussion and other information',
    items: [
      { about: 'Limitations', fill: ({ testLooks }) => looksText(testLooks) },
      { about: 'Implications for practice', fill: unknown },
      { about: 'Registration', fill: unknown },
      { about: 'Protocol', fill: () => 'plan.json' },
      { about: 'Funding', fill: unknown },
    ],
  },
];

function softwareText({ environments, version }: ReportData): string {
  const used = trainingEnvironment(environments);
  return `Magnilab ${version}${used ? `, TensorFlow ${used.tensorflow}, TensorFlow.js ${used.tfjs}; environment.json` : ''}`;
}

export function claimChecklist(data: ReportData): string {
  let number = 0;
  const lines = SECTIONS.flatMap(({ title, items }) => [
    `## ${title}`,
    '',
    ...items.map(({ about, fill }) => {
      const known = fill(data);
      number++;
      return `${number}. [${known === null ? ' ' : 'x'}] **${about}:** ${known === null ? '_to be filled in by the authors_' : markdownText(known)}`;
    }),
    '',
  ]);
  return [
    '# Checklist for artificial intelligence in medical imaging (CLAIM)',
    '',
    'After Mongan, Moy and Kahn (Radiology: Artificial Intelligence 2020; 2(2):e200029). What the lab knows is filled in; read it before it is submitted.',
    '',
    ...lines,
  ].join('\n');
}
