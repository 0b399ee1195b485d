import { contenderName } from '../../shared/domain/study/arm.ts';
import { FIGURES } from '../../shared/figures/index.ts';
import type { Marks } from '../../shared/figures/marks.ts';
import type { ReportContent } from './format.ts';

/** One or two columns of a journal, in millimetres. */
export const WIDTHS_MM = [85, 178] as const;

/** The drawings of the sections that were chosen, with the names of their files. */
export function figureFiles({ data, settings: { sections } }: ReportContent): { readonly name: string; readonly marks: Marks }[] {
  return FIGURES.filter(({ id }) => sections.some((section) => section === id)).flatMap((figure) => {
    const all = figure.marks(data, contenderName);
    return all.map((marks, i) => ({ name: `figures/${figure.id}${all.length > 1 ? `-${i + 1}` : ''}`, marks }));
  });
}
