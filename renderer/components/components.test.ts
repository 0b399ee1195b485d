import { mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { describe, expect, it } from 'vitest';
import { matricesOf } from '../../shared/analysis/matrix.ts';
import { tableOf } from '../../shared/analysis/table.ts';
import ConfusionTable from '../features/results/ConfusionTable.vue';
import MatrixTable from '../features/results/MatrixTable.vue';
import { scaleOf } from '../logic/matrix-view.ts';
import { cell } from '../testing/samples.ts';
import BaseChips from './BaseChips.vue';
import BaseNumber from './BaseNumber.vue';
import BaseProgress from './BaseProgress.vue';

const global = { plugins: [createPinia()] };

describe('parts', () => {
  it('a number is taken when it is one, and put back when it is not', async () => {
    const field = mount(BaseNumber, { props: { modelValue: 0.05 }, global });
    const input = field.get('input');
    await input.setValue('2e-5');
    expect(field.emitted('update:modelValue')).toEqual([[2e-5]]);
    await input.setValue('many');
    expect(field.emitted('update:modelValue')).toHaveLength(1);
    expect(input.element.value).toBe('2e-5');
  });

  it('chips keep the order of the options', async () => {
    const options = [40, 100, 200].map((value) => ({ value, label: `${value}×` }));
    const chips = mount(BaseChips, { props: { modelValue: [200], options, label: 'Train on' }, global });
    await chips.findAll('input')[0].trigger('change');
    expect(chips.emitted('update:modelValue')).toEqual([[[40, 200]]]);
  });

  it('progress says its value, or none when it is not known', () => {
    const known = mount(BaseProgress, { props: { share: 0.256, label: 'Indexing' } });
    expect(known.get('[role=progressbar]').attributes('aria-valuenow')).toBe('26');
    const unknown = mount(BaseProgress, { props: { share: null, label: 'Indexing' } });
    expect(unknown.get('[role=progressbar]').attributes('aria-valuenow')).toBeUndefined();
  });
});

/** As readers of the screen hear it: what is hidden from them is left out. */
function nameOf(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const hidden of copy.querySelectorAll('[aria-hidden=true]')) hidden.remove();
  return copy.textContent!.replace(/\s+/g, ' ').trim();
}

describe('results', () => {
  const matrices = matricesOf(tableOf([cell(40, 40, 0.9), cell(40, 100, 0.7)]), 'accuracy');

  it('the matrix is a table with named squares that can be chosen', async () => {
    const table = mount(MatrixTable, {
      props: {
        matrix: matrices[0],
        model: 'ResNet-18',
        metricName: 'Accuracy',
        mode: 'value',
        scale: scaleOf(matrices),
        majority: new Map([['40x', 0.6]]),
        chance: null,
        intervalOf: () => null,
        rivals: matrices,
        selected: { train: '40x', test: '100x' },
      },
      global,
    });
    const squares = table.findAll('button.square');
    expect(squares.map((s) => nameOf(s.element))).toEqual([
      'ResNet-18, trained on 40×, tested on 40×: 90.0, 40 images, 12 cases',
      'ResNet-18, trained on 40×, tested on 100×: 70.0, 40 images, 12 cases',
    ]);
    expect(squares[1].attributes('aria-pressed')).toBe('true');
    expect(table.findAll('th[scope=row]')[0].text()).toBe('40×');
    expect(table.text()).toContain('60.0');
    await squares[0].trigger('click');
    expect(table.emitted('pick')).toEqual([['40x', '40x']]);
  });

  it('a cell of the confusion matrix names truth and prediction; an empty one cannot be opened', async () => {
    const empty = cell(40, 40, 0.9, {
      confusion: [
        [3, 0],
        [2, 4],
      ],
    });
    const table = mount(ConfusionTable, { props: { cell: empty, mode: 'counts', marked: false }, global });
    const cells = table.findAll('td button');
    expect(cells[2].attributes('aria-label')).toBe('Truth Malignant, predicted Benign: 2 images');
    expect(cells[1].attributes('disabled')).toBeDefined();
    await cells[2].trigger('click');
    expect(table.emitted('open')).toEqual([['malignant', 'benign']]);
  });
});
