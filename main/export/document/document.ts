import { isBaseline } from '../../../shared/domain/study/baselines.ts';
import { contenderName } from '../../../shared/domain/study/arm.ts';
import { REPORT_SECTIONS, type ReportSection } from '../../../shared/contract/report.ts';
import { FIGURES } from '../../../shared/figures/index.ts';
import { text as titleText } from '../../../shared/texts/text.ts';
import type { ReportContent } from '../format.ts';
import type { ReportData } from '../report-data.ts';
import { type Block, heading, type Notice, type ReportDocument, type Section, tableBlock, text } from './blocks.ts';
import { costTable } from './cost.ts';
import { casePictures, errorPictures } from './pictures.ts';
import { allMetrics, answer, comparisons, confusions, finishedTrials, matrixTable, paperFacts, wantedTrials } from './results.ts'; // prettier-ignore
import { robustness } from './robustness.ts';
import { citations, dataAndSplit, environment, settings } from './study.ts';

type Make = (content: ReportContent) => readonly Block[];

/** What stands in a section beside its figure, or all of it where it has none. */
const SECTIONS: Readonly<Record<ReportSection, Make>> = {
  answer: ({ data, settings: { notes } }) => [...answer(data), ...notesOf(notes)],
  matrices: ({ data }) => [tableBlock(matrixTable(data))],
  means: ({ data }) => paperFacts(data),
  'rescaled-matrices': () => [],
  'scale-curves': () => [],
  robustness: ({ data }) => robustness(data),
  comparisons: ({ data }) => comparisons(data),
  confusions: ({ data }) => confusions(data),
  reliability: () => [],
  roc: () => [],
  cost: ({ data }) => costTable(data),
  errors: ({ pictures }) => errorPictures(pictures),
  cases: ({ pictures }) => casePictures(pictures),
  data: ({ data }) => dataAndSplit(data),
  settings: ({ data }) => settings(data),
  metrics: ({ data }) => allMetrics(data),
  environment: ({ data }) => environment(data),
  cite: ({ data }) => citations(data),
};

/** The report as data, with the sections that its settings name. */
export function documentOf(content: ReportContent): ReportDocument {
  const { data, settings: chosen } = content;
  return {
    title: chosen.title === '' ? `${data.study.name}: accuracy across magnifications` : chosen.title,
    authors: chosen.authors,
    about: `Magnilab ${data.version}, ${data.date.slice(0, 10)}. Research use only: not for diagnosis.`,
    notices: noticesOf(data),
    sections: REPORT_SECTIONS.filter((id) => chosen.sections.includes(id)).flatMap((id) => sectionOf(id, content) ?? []),
  };
}

/** Null where it has nothing to show, as of scale curves that were not asked for. */
function sectionOf(id: ReportSection, content: ReportContent): Section | null {
  const { data } = content;
  const figure = FIGURES.find((own) => own.id === id);
  const marks = figure?.marks(data, contenderName) ?? [];
  if (figure && marks.length === 0) return null;
  const rest = SECTIONS[id](content);
  const drawn: Block[] = figure
    ? [text(`${figure.caption} ${extent(data)}`), { kind: 'figures', id: figure.id, figures: marks }]
    : [];
  return rest.length + drawn.length === 0
    ? null
    : { id, title: titleText(`reports.sections.${id}`), blocks: [...drawn, ...rest] };
}

/** Over how many seeds numbers are means, and whether trials are missing. */
function extent({ study, trials }: ReportData): string {
  const partial = finishedTrials(trials) < wantedTrials(trials) ? ', as far as trials have finished' : '';
  const seeds = study.plan.seeds.length;
  return `${seeds === 1 ? 'One seed' : `Mean \u00b1 standard deviation over ${seeds} seeds`}${partial}.`;
}

function notesOf(notes: string): Block[] {
  if (notes.trim() === '') return [];
  return [heading('Notes'), ...notes.trim().split(/\n\s*\n/).map((paragraph) => text(paragraph.trim()))]; // prettier-ignore
}

function noticesOf({ study, synthetic, unread, leaks, trials }: ReportData): Notice[] {
  const failed = trials.filter(({ state }) => state === 'failed');
  const notice = (told: string, items: readonly string[] = []): Notice => ({ text: told, items });
  return [
    ...(synthetic ? [notice('The images are synthetic demo tissue. These numbers show that the lab works; they say nothing about how the networks compare on real tissue.')] : []), // prettier-ignore
    ...(unread.length > 0 ? [notice('Some of this study could not be read, and is missing below:', unread.map(({ message }) => message))] : []), // prettier-ignore
    ...(failed.length > 0 ? [notice(`${failed.length} of ${trials.length} trials failed, and are missing below:`, failed.map(({ id, error }) => `${id}: ${error?.message ?? 'no reason is known'}`))] : []), // prettier-ignore
    ...((leaks ?? 0) > 0
      ? [notice(`${leaks} cases have images on both sides of the split. Every accuracy below is optimistic.`)]
      : []),
    ...(study.plan.entries === 'oracle'
      ? [notice('The variants were chosen by the test set: every number below is optimistic.')]
      : []),
    ...(trials.every(({ model }) => isBaseline(model)) ? [notice('The study has baselines only: no network was trained.')] : []),
  ];
}
