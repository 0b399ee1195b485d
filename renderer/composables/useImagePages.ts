import { ref, shallowReactive } from 'vue';
import { call } from '../api/index.ts';
import type { ImageFilter, ShownImage } from '../../shared/contract/calls/datasets.ts';

const PAGE = 200;
/** So near to the end of a page the one beside it is fetched: who scrolls there finds its images, and they are not drawn all at once. */
const NEAR = 80;

/** The images that a filter lets through, fetched page by page, the next one before it is looked at. */
export function useImagePages() {
  const total = ref(0);
  /** of a page that comes only those hear who look at it */
  const pages = shallowReactive(new Map<number, ShownImage[]>());
  const asked = new Set<number>();
  let filter: ImageFilter = {};
  let generation = 0;

  async function fetchPage(page: number): Promise<void> {
    const own = generation;
    asked.add(page);
    const answer = await call('dataset.images', { filter, offset: page * PAGE, limit: PAGE });
    if (own !== generation) return;
    total.value = answer.total;
    pages.set(page, answer.images);
  }

  /** @throws CallError */
  async function show(next: ImageFilter): Promise<void> {
    generation++;
    filter = next;
    asked.clear();
    pages.clear();
    await fetchPage(0);
  }

  function want(page: number): void {
    if (page < 0 || page * PAGE >= total.value || asked.has(page)) return;
    void fetchPage(page).catch(() => asked.delete(page));
  }

  function at(index: number): ShownImage | undefined {
    const [page, within] = [Math.floor(index / PAGE), index % PAGE];
    want(page);
    if (within < NEAR) want(page - 1);
    if (within >= PAGE - NEAR) want(page + 1);
    return pages.get(page)?.[within];
  }

  return { total, show, at };
}
