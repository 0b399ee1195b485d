import { flushPromises } from '@vue/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { watchEffect } from 'vue';
import type { ShownImage } from '../../shared/contract/calls/datasets.ts';
import { useClient } from '../api/index.ts';
import { fakeClient } from '../testing/fake-lab.ts';
import { useImagePages } from './useImagePages.ts';

const TOTAL = 450;

function opened() {
  const offsets: number[] = [];
  useClient(
    fakeClient({
      'dataset.images': ({ offset, limit }) => {
        offsets.push(offset);
        const count = Math.max(0, Math.min(limit, TOTAL - offset));
        return { total: TOTAL, images: Array.from({ length: count }, (_, i) => ({ name: `${offset + i}` }) as ShownImage) };
      },
    }),
  );
  return { offsets, ...useImagePages() };
}

describe('pages of images', () => {
  it('are fetched before they are looked at, each once, and none that is not there', async () => {
    const { offsets, show, at, total } = opened();
    await show({});
    expect(total.value).toBe(TOTAL);
    expect(at(10)?.name).toBe('10');
    expect(offsets).toEqual([0]); // the middle of a page asks for no other
    at(150);
    at(151);
    await flushPromises();
    expect(offsets).toEqual([0, 200]);
    expect(at(200)?.name).toBe('200');
    at(449);
    await flushPromises();
    expect(at(449)?.name).toBe('449');
    expect(offsets).toEqual([0, 200, 400]);
  });

  it('that come are heard by those who look at them alone', async () => {
    const { show, at } = opened();
    await show({});
    const here = vi.fn(() => at(0));
    const there = vi.fn(() => at(250));
    watchEffect(here);
    watchEffect(there);
    expect(here).toHaveBeenCalledTimes(1);
    await flushPromises();
    expect(there).toHaveBeenCalledTimes(2);
    expect(there.mock.results[1].value?.name).toBe('250');
    expect(here).toHaveBeenCalledTimes(1);
  });

  it('of another filter take the place of all', async () => {
    const { show, at, offsets } = opened();
    await show({});
    at(130);
    await flushPromises();
    await show({ magnification: 40 });
    expect(offsets.at(-1)).toBe(0);
    expect(at(0)?.name).toBe('0');
  });
});
