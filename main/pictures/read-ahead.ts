/**
 * Does asynchronous work on items and yields the results in the items' order. Up to `limit` items are under way, also while
 * the consumer is busy with a result. Whoever leaves early gets control back when what is under way has settled.
 * @param abandon called when work is under way that nobody wants any more, before it is waited for
 * @throws the first failure, in the order of the items
 */
export async function* readAhead<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
  abandon?: () => void,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  let next = 0;
  const fill = () => {
    while (next < items.length && underWay.length < limit) {
      const result = work(items[next], next++);
      result.catch(() => {}); // reported where it is awaited
      underWay.push(result);
    }
  };
  try {
    fill();
    while (underWay.length > 0) {
      const result = await underWay.shift()!;
      fill();
      yield result;
    }
  } finally {
    if (underWay.length > 0) abandon?.();
    await Promise.allSettled(underWay);
  }
}
