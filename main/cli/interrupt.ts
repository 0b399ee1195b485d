const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Ctrl+C and SIGTERM do this instead of killing the process; a terminal and a wrapper may both send them.
 * @returns undoes it
 */
export function onInterrupt(stop: () => void): () => void {
  for (const signal of SIGNALS) process.on(signal, stop);
  return () => {
    for (const signal of SIGNALS) process.off(signal, stop);
  };
}

/** Runs cancellable work, which Ctrl+C and SIGTERM cancel. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const undo = onInterrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } finally {
    undo();
  }
}
