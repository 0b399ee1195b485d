import { mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope } from 'vue';
import type { ImageSaliency } from '../../shared/contract/results.ts';
import { saliencyMethods } from '../../shared/domain/saliency.ts';
import { useClient } from '../api/index.ts';
import { useSaliency } from '../composables/useSaliency.ts';
import { fakeClient } from '../testing/fake-lab.ts';
import SaliencyTools from './SaliencyTools.vue';

const global = { plugins: [createPinia()] };

function saliency(change: Partial<ImageSaliency> = {}): ImageSaliency {
  return {
    method: 'integrated-gradients',
    class: 'malignant',
    seen: 0.5,
    empty: false,
    change: 2,
    residual: 0.01,
    steps: 64,
    baseline: 0.2,
    copies: 8,
    resolution: 32,
    layer: 'picture/x/layer.png',
    probability: 0.9,
    ...change,
  };
}

describe('asking where the network looked', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  /** A lab that answers when it is told to. */
  function askingLab() {
    const asked: { image: string; answer: (value: ImageSaliency) => void }[] = [];
    const cancelled: string[] = [];
    const client = fakeClient({
      'results.saliency': ({ image }, signal) => {
        signal?.addEventListener('abort', () => cancelled.push(image));
        return new Promise((answer) => asked.push({ image, answer }));
      },
    });
    useClient(client);
    const scope = effectScope();
    const asking = scope.run(() => useSaliency('results.saliency'))!;
    const ask = (image: string) => void asking.ask({ trial: 'T', image, method: 'integrated-gradients' });
    return { ...asking, ask, none: () => void asking.ask(null), asked, cancelled, scope };
  }

  it('asks about the image at which one stops, and shows no other', async () => {
    const { ask, asked, cancelled, state, isLoading } = askingLab();
    ask('a');
    await vi.advanceTimersByTimeAsync(100);
    ask('b');
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.map(({ image }) => image)).toEqual(['b']);
    ask('c');
    expect(cancelled).toEqual(['b']);
    await vi.advanceTimersByTimeAsync(1000);
    asked[0].answer(saliency({ class: 'benign' }));
    await vi.advanceTimersByTimeAsync(0);
    expect([state.value, isLoading.value]).toEqual([null, true]);
    asked[1].answer(saliency());
    await vi.advanceTimersByTimeAsync(0);
    expect([state.value?.class, isLoading.value]).toEqual(['malignant', false]);
  });

  it('remembers what was answered', async () => {
    const { ask, none, asked, state } = askingLab();
    ask('a');
    await vi.advanceTimersByTimeAsync(1000);
    asked[0].answer(saliency());
    await vi.advanceTimersByTimeAsync(0);
    none();
    await vi.advanceTimersByTimeAsync(0);
    expect(state.value).toBeNull();
    ask('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(state.value?.class).toBe('malignant');
    expect(asked).toHaveLength(1);
  });

  it('asks anew about an image whose map the lab has let go of', async () => {
    const { ask, lose, asked, state, error } = askingLab();
    ask('a');
    await vi.advanceTimersByTimeAsync(1000);
    asked[0].answer(saliency());
    await vi.advanceTimersByTimeAsync(0);
    lose({ trial: 'T', image: 'a', method: 'integrated-gradients' }, 'gone');
    expect([state.value, error.value?.message]).toEqual([null, 'gone']);
    ask('a');
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(2);
  });

  it('cancels when the viewer closes, and when it goes away', async () => {
    const { ask, none, cancelled, scope, isLoading } = askingLab();
    ask('a');
    await vi.advanceTimersByTimeAsync(1000);
    none();
    expect(cancelled).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(0);
    expect(isLoading.value).toBe(false);
    ask('b');
    await vi.advanceTimersByTimeAsync(1000);
    scope.stop();
    expect(cancelled).toEqual(['a', 'b']);
  });
});

describe('the tools', () => {
  const props = {
    methods: saliencyMethods({ family: 'resnet' }),
    saliency: null,
    isLoading: false,
    error: null,
    modelValue: 'integrated-gradients' as const,
    strength: 1,
  };

  it('offer Grad-CAM where there is a feature map', () => {
    const values = (family: 'resnet' | 'vit') =>
      mount(SaliencyTools, { props: { ...props, methods: saliencyMethods({ family }) }, global })
        .findAll<HTMLInputElement>('input[type=radio]')
        .map((input) => input.element.value);
    expect(values('resnet')).toEqual(['off', 'integrated-gradients', 'grad-cam']);
    expect(values('vit')).toEqual(['off', 'integrated-gradients']);
  });

  it('say how to read the answer, how exact it is, and what it is not', () => {
    const text = (change?: Partial<ImageSaliency>) =>
      mount(SaliencyTools, { props: { ...props, saliency: saliency(change) }, global }).text();
    expect(text()).toContain('Yellow spoke for “malignant”, hatched blue against it. Grey was cut off');
    expect(text()).toContain('to within 0.5 %');
    expect(text()).toContain('not what causes the disease');
    expect(text({ seen: 1 })).not.toContain('Grey');
    expect(text({ residual: -0.5 })).toContain('A rough map: all pixels together miss the answer by 25.0 %');
    const map = { method: 'grad-cam', change: null, residual: null, steps: null } as const;
    expect(text(map)).not.toContain('All pixels');
    expect(text({ ...map, empty: true })).toContain('Nothing in the last feature map spoke for “malignant”');
  });

  it('show an error, and ask again', async () => {
    const error = { name: 'CallError', code: 'not-found', message: 'The trial has no weights yet.' } as never;
    const tools = mount(SaliencyTools, { props: { ...props, error }, global });
    expect(tools.get('[role=alert]').text()).toContain('no weights yet');
    await tools.get('[role=alert] button').trigger('click');
    expect(tools.emitted('retry')).toHaveLength(1);
  });
});
