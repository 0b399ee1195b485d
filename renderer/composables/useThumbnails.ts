import { shallowRef, triggerRef } from 'vue';
import { call } from '../api/index.ts';

const BATCH = 40;
const GATHER_MS = 16;

/**
 * Small pictures by image id, asked for in batches as they come into view. An empty text stands for a file that cannot be
 * read any more; undefined for one that has not come yet.
 */
export function useThumbnails(width: number) {
  const urls = shallowRef(new Map<number, string>());
  const asked = new Set<number>();
  let queue: number[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function want(id: number): void {
    if (asked.has(id)) return;
    asked.add(id);
    queue.push(id);
    timer ??= setTimeout(() => void flush(), GATHER_MS);
  }

  async function flush(): Promise<void> {
    while (queue.length > 0) {
      const images = queue.slice(-BATCH); // what came into view last is in view now
      queue = queue.slice(0, -BATCH);
      try {
        const answer = await call('dataset.thumbnails', { images, width });
        images.forEach((id, i) => urls.value.set(id, answer[i]));
      } catch {
        for (const id of images) asked.delete(id); // asked again when it comes into view again
      }
      triggerRef(urls);
    }
    timer = undefined;
  }

  function url(id: number): string | undefined {
    want(id);
    return urls.value.get(id);
  }

  function clear(): void {
    asked.clear();
    queue = [];
    urls.value = new Map();
  }

  return { url, clear };
}
