import { ref, shallowRef, triggerRef } from 'vue';
import { call } from '../api/index.ts';
import type { ImageFilter, ShownImage } from '../../shared/contract/calls/datasets.ts';

const PAGE = 200;

/** The images that a filter lets through, fetched page by page as they are looked at. */
export function useImagePages() {
  const total = ref(0);
  const pages = shallowRef(new Map<number, ShownImage[]>());
  const asked = new Set<number>();
  let filter: ImageFilter = {};
  let generation = 0;

  async function fetchPage(page: number): Promise<void> {
    const own = generation;
    asked.add(page);
    const answer = await call('dataset.images', { filter, offset: page * PAGE, limit: PAGE });
    if (own !== generation) return;
    total.value = answer.total;
    pages.value.set(page, answer.images);
    triggerRef(pages);
  }

  /** @throws CallError */
  async function show(next: ImageFilter): Promise<void> {
    generation++;
    filter = next;
    asked.clear();
    pages.value = new Map();
    await fetchPage(0);
  }

  function at(index: number): ShownImage | undefined {
    const page = Math.floor(index / PAGE);
    if (!asked.has(page)) void fetchPage(page).catch(() => asked.delete(page));
    return pages.value.get(page)?.[index % PAGE];
  }

  return { total, show, at };
}
