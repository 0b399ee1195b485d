import { FIGURES } from '../../shared/figures/index.ts';
import { svgOf } from '../../shared/figures/svg.ts';
import { contenderName } from '../../shared/domain/study/arm.ts';
import type { ExportFormat } from './format.ts';

/** Every figure as a vector drawing of its own. */
export const svg: ExportFormat = {
  id: 'svg',
  async write({ data }, put) {
    for (const figure of FIGURES) {
      const all = figure.marks(data, contenderName);
      for (const [i, marks] of all.entries())
        await put(`figures/${figure.id}${all.length > 1 ? `-${i + 1}` : ''}.svg`, `${svgOf(marks).text}\n`);
    }
  },
};
