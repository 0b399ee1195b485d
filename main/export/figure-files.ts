import type { Marks } from '../../shared/figures/marks.ts';
import type { ReportDocument } from './document/blocks.ts';

/** One or two columns of a journal, in millimetres. */
export const WIDTHS_MM = [85, 178] as const;

/** The drawings of the report, with the names of their files. */
export function figureFiles({ sections }: ReportDocument): { readonly name: string; readonly marks: Marks }[] {
  const blocks = sections.flatMap((section) => section.blocks);
  return blocks.flatMap((block) => {
    if (block.kind !== 'figures') return [];
    const { id, figures } = block;
    return figures.map((marks, i) => ({ name: `figures/${id}${figures.length > 1 ? `-${i + 1}` : ''}`, marks }));
  });
}
