import { findVariant } from '../../shared/domain/catalogue.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import { magnilabCitation } from '../../shared/texts/citations.ts';
import { claimChecklist } from './claim.ts';
import { methodsText } from './document/methods.ts';
import type { ExportFormat } from './format.ts';
import type { ReportData } from './report-data.ts';
import { markdownText } from './tables.ts';

/** Texts to paste, to submit and to begin with. */
export const texts: ExportFormat = {
  id: 'texts',
  async write({ data, document }, put) {
    await put('README.md', readme(data, document.title));
    await put('methods.txt', methodsText(data));
    await put('checklist_claim.md', claimChecklist(data));
    await put('citation.bib', bibliography(data));
  },
};

function readme({ study, version, date }: ReportData, title: string): string {
  return `# ${markdownText(title)}

Written by Magnilab ${version} on ${date.slice(0, 10)}. Research use only: not for diagnosis.

| where | what |
|---|---|
| \`report.html\`, \`report.pdf\` | the report |
| \`tables/\` | its tables for TeX (booktabs), Markdown and spreadsheets |
| \`figures/\` | its figures, one column (85 mm) and two (178 mm) wide |
| \`data/results_long.csv\` | every number of every trial and test |
| \`data/results_cases.csv\`, \`data/comparisons.csv\` | numbers over seeds with their intervals; networks against each other |
| \`data/predictions/\`, \`data/history/\`, \`data/splits.json\` | predictions of every test image, epochs, which image was in which part |
| \`runs/\`, \`plan.json\`, \`environment.json\` | every setting, and what it ran on |
| \`tensorboard/\` | training curves: \`tensorboard --logdir tensorboard\` |
| \`methods.txt\`, \`checklist_claim.md\`, \`citation.bib\` | for the paper |
| \`SHA256SUMS\` | \`sha256sum -c SHA256SUMS\` |

Text in CSV files that a spreadsheet would take for a formula has an apostrophe before it.

## Make it again

With the same images (\`--data\` where they are now), all runs, and which numbers agree:

\`\`\`
magnilab study run --from-bundle . --project again.magnilab --data FOLDER
\`\`\`

Single runs:

\`\`\`
${study.trials.map(({ id }) => `magnilab study run --from-bundle . --project again.magnilab --data FOLDER --trial ${id}`).join('\n')}
\`\`\`
`;
}

/** The app, the data set, the study, and the families compared. */
export function bibliography({ version, study, synthetic }: Pick<ReportData, 'version' | 'study' | 'synthetic'>): string {
  const families = new Set(study.plan.models.map((id) => findVariant(id)?.family));
  const entries = [
    entry('magnilab', 'software', { title: magnilabCitation(version), year: '2026' }),
    entry('jeevan2023magnification', 'misc', {
      author: 'Jeevan, Pranav and Kurian, Nikhil Cherian and Sethi, Amit',
      title:
        'Magnification Invariant Medical Image Analysis: A Comparison of Convolutional Networks, Vision Transformers, and Token Mixers',
      eprint: '2302.11488',
      archiveprefix: 'arXiv',
      year: '2023',
    }),
    ...(synthetic
      ? []
      : [
          entry('spanhol2016dataset', 'article', {
            author: 'Spanhol, Fabio A. and Oliveira, Luiz S. and Petitjean, Caroline and Heutte, Laurent',
            title: 'A Dataset for Breast Cancer Histopathological Image Classification',
            journal: 'IEEE Transactions on Biomedical Engineering',
            volume: '63',
            number: '7',
            pages: '1455--1462',
            year: '2016',
          }),
        ]),
    ...FAMILIES.filter((f) => families.has(f.family)).map(({ family, citation, url }) =>
      entry(family, 'misc', { note: citation, url }),
    ),
  ];
  return entries.join('\n');
}

function entry(key: string, type: string, fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}},`);
  return `@${type}{${key},\n${lines.join('\n')}\n}\n`;
}
