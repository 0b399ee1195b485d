import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, ref } from 'vue';
import { useClient } from '../api/index.ts';
import { fakeClient } from '../testing/fake-lab.ts';
import { useTrialLog } from './useTrialLog.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A lab whose log is one text of single bytes, read three lines at a time. */
function opened(log: { text: string }) {
  const asked: object[] = [];
  useClient(
    fakeClient({
      'trials.log': ({ trial, before, after }) => {
        asked.push({ trial, before, after });
        const size = log.text.length;
        const to = after === undefined ? (before ?? size) : Math.min(size, after + 9);
        const from = after === undefined ? Math.max(0, to - 9) : Math.min(after, to);
        return { path: '/runs/a/log.txt', size, from, to, text: log.text.slice(from, to) };
      },
    }),
  );
  const [shown, grows] = [ref<string | null>('a'), ref(true)];
  const scope = effectScope();
  const own = scope.run(() =>
    useTrialLog(
      () => shown.value,
      () => grows.value,
    ),
  )!;
  return { ...own, asked, shown, grows, stop: () => scope.stop() };
}
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe('a log that is looked at', () => {
  it('shows its end first, earlier parts when they are asked for, and what is written meanwhile', async () => {
    const log = { text: 'l1\nl2\nl3\nl4\nl5\n' };
    const { part, earlier, grows, asked, stop } = opened(log);
    await pass();
    expect(part.value).toMatchObject({ from: 6, to: 15, text: 'l3\nl4\nl5\n' });
    log.text += 'l6\n';
    await pass(1_600);
    expect(part.value).toMatchObject({ from: 6, to: 18, text: 'l3\nl4\nl5\nl6\n' });
    await earlier();
    expect(part.value).toMatchObject({ from: 0, to: 18, text: log.text });
    log.text += 'bye\n';
    grows.value = false; // it has ended: its last words are fetched, then nothing more is asked
    await pass();
    expect(part.value.text).toBe(log.text);
    const before = asked.length;
    await pass(10_000);
    expect(asked).toHaveLength(before);
    stop();
  });

  it('is read anew when another trial is shown, or its file has become shorter; not at all while hidden', async () => {
    const log = { text: 'long log\n' };
    const { part, shown, asked, stop } = opened(log);
    await pass();
    log.text = 'new\n';
    await pass(1_600);
    expect(part.value).toMatchObject({ to: 4, text: 'new\n' });
    shown.value = null;
    await pass();
    const before = asked.length;
    await pass(10_000);
    expect(asked).toHaveLength(before);
    shown.value = 'b';
    await pass();
    expect(asked.at(-1)).toEqual({ trial: 'b', before: undefined, after: undefined });
    stop();
  });
});
