import { findVariant } from '../../shared/domain/catalogue.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import { magnilabCitation } from './citation.ts';
import type { ExportFormat } from './format.ts';

/** BibTeX: what to cite. */
export const bib: ExportFormat = {
  id: 'bib',
  write: ({ data }, put) => put('citation.bib', bibliography(data.version, data.study.plan.models, data.synthetic)),
};

/** The app, the data set, the study, and the families compared. */
function bibliography(version: string, models: readonly string[], synthetic: boolean): string {
  const families = new Set(models.map((id) => findVariant(id)?.family));
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
