export interface Blocks {
  /** the longest time in which this thread answered nothing */
  readonly blockMs: number;
  /** the longest that it computed without a pause, CPU time: the rest of a block it waited for a core */
  readonly computedMs: number;
}

/** Watches for how long this thread answers nothing, by a timer of one millisecond. */
export function watchBlocks(): { longest(): Blocks; stop(): void } {
  const cpu = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let [longest, computed] = [0, 0];
  let before = { at: performance.now(), cpu: cpu() };
  const look = () => {
    const now = { at: performance.now(), cpu: cpu() };
    const blockMs = now.at - before.at - 1;
    longest = Math.max(longest, blockMs);
    computed = Math.max(computed, Math.min(blockMs, now.cpu - before.cpu));
    before = now;
  };
  const timer = setInterval(look, 1);
  const round = (ms: number) => Math.round(ms * 10) / 10;
  return {
    longest: () => ({ blockMs: round(longest), computedMs: round(computed) }),
    stop() {
      look(); // a block that ends now was not seen by the timer
      clearInterval(timer);
    },
  };
}
