import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import type { SplitPreview } from '../../../shared/contract/calls/plans.ts';
import type { IndexSummary, Problem } from '../../../shared/contract/dataset.ts';
import DataFacts from './DataFacts.vue';
import ProblemList from './ProblemList.vue';
import SplitTotals from './SplitTotals.vue';

const size: Problem = { code: 'unexpected-size', path: 'a.png', message: 'a.png: 1 x 1 pixels instead of 700 x 460' };
const cut: Problem = { code: 'truncated', path: 'b.png', message: 'b.png: cut' };
const summary: IndexSummary = {
  folder: '/data',
  images: 2,
  byMagnification: { 100: { benign: 1, malignant: 1 } },
  counts: [],
  tasks: [],
  slides: 1,
  cases: 1,
  problems: [size, cut],
  csv: null,
  manifest: null,
  synthetic: false,
};

describe('what is told of a data set', () => {
  it('numbers of a split stand apart', () => {
    const preview = { totals: [{ magnification: 40, part: 'train', images: 38, byClass: { benign: 24, malignant: 14 } }] };
    const table = mount(SplitTotals, { props: { preview: preview as unknown as SplitPreview } });
    expect(table.get('tbody td').text()).toMatch(/^38\s+24 benign, 14 malignant$/);
  });

  it('a size that needs nothing done is a note, and no problem', () => {
    const facts = mount(DataFacts, { props: { summary } });
    expect(facts.text()).toMatch(/Problems\s*1/);
    const both = mount(ProblemList, { props: { problems: [size, cut], images: 2 } });
    expect(both.text()).toMatch(/Cut short.*Notes.*Unusual size/s);
    expect(both.text()).not.toContain('Nothing is wrong');
    const sound = mount(ProblemList, { props: { problems: [size], images: 2 } });
    expect(sound.text()).toMatch(/Nothing is wrong.*Notes.*Unusual size/s);
  });

  it('a folder without images is told as one, whatever else is in it', () => {
    for (const problems of [[], [cut], [size]]) {
      const list = mount(ProblemList, { props: { problems, images: 0 } });
      expect(list.text()).toContain('No image was found');
      expect(list.text()).not.toContain('Nothing is wrong');
    }
  });
});
