import { describe, expect, it } from 'vitest';
import { type Candidate, candidateEnvironment, candidates, defaultCandidate } from '../../main/tuning/candidates.ts';
import { isOutOfMemory } from '../../main/engine/out-of-memory.ts';
import { fastest, suffices, tune } from '../../main/tuning/tune.ts';

const entry = new URL('tune-process.ts', import.meta.url);
const base = { precision: 'float32', oneDnn: true, threads: 2 } as const;
const WAYS: Candidate[] = [
  { ...base, rung: 'session' },
  { ...base, rung: 'xla' },
  { ...base, rung: 'eager' },
];
const measure = (fates: Record<string, string>, steps = 1e9, signal?: AbortSignal) =>
  tune({ candidates: WAYS, entry, request: { fates }, steps, signal });

describe('measuring', () => {
  it('takes the fastest over all steps, and leaves out what does not run', async () => {
    const measured = await measure({ session: '30', xla: '5', eager: 'refused' });
    expect(measured.map(({ measurement }) => measurement.ok)).toEqual([true, true, false]);
    expect(measured[2].measurement).toMatchObject({ outOfMemory: false, reason: 'there is no such operator' });
    expect(fastest(measured, 1e9)?.candidate.rung).toBe('xla');
  });

  it('counts compilation in: a few steps are not worth it', () => {
    const run = (rung: 'session' | 'xla', secondsPerStep: number, compileSeconds: number) => ({
      candidate: { ...base, rung },
      measurement: { ok: true as const, rung, secondsPerStep, compileSeconds, peakBytes: 1, refusals: [] },
    });
    const measured = [run('session', 1, 2), run('xla', 0.5, 30)];
    expect(fastest(measured, 10)?.candidate.rung).toBe('session');
    expect(fastest(measured, 1000)?.candidate.rung).toBe('xla');
    expect(fastest([], 10)).toBeNull();
  });

  it('measures no second candidate where the run is short', async () => {
    const measured = await measure({ session: '5' }, 100);
    expect(measured).toHaveLength(1);
    expect(suffices(measured, WAYS, 100)).toBe(true);
    expect(suffices(measured, WAYS, 1e9)).toBe(false);
  });

  it.each(['killed', 'oom'])('ends when memory ran out (%s): another batch must be tried', async (fate) => {
    const measured = await measure({ session: fate });
    expect(measured).toHaveLength(1);
    expect(measured[0].measurement).toMatchObject({ ok: false, outOfMemory: true });
  });

  it('outlives a process that crashes', async () => {
    const measured = await measure({ session: 'crash', xla: '1', eager: '1' });
    expect(measured[0].measurement).toMatchObject({ ok: false, outOfMemory: false });
    expect(measured[1].measurement.ok).toBe(true);
  });

  it('gives every process its own flags', async () => {
    const measured = await measure({ session: 'flags', xla: 'flags' });
    const reasons = measured.slice(0, 2).map(({ measurement }) => !measurement.ok && measurement.reason);
    expect(reasons).toEqual(['1 ', '1 --tf_xla_cpu_global_jit']);
  });

  it('ends its process when it is aborted', async () => {
    const abort = new AbortController();
    const measuring = measure({ session: '600000' }, 1e9, abort.signal);
    setTimeout(() => abort.abort(), 500);
    const started = performance.now();
    await expect(measuring).rejects.toThrow(/abort/i);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('candidates', () => {
  it('of a CPU begin with the session and have every flag once', () => {
    expect(candidates('cpu', false)[0]).toEqual(defaultCandidate('cpu'));
    const ways = candidates('cpu', false, 8);
    expect(new Set(ways.map((way) => JSON.stringify(way))).size).toBe(ways.length);
    expect(ways.every(({ precision }) => precision === 'float32')).toBe(true);
    expect(candidateEnvironment({ ...ways[0], oneDnn: false })).toMatchObject({ TF_ENABLE_ONEDNN_OPTS: '0' });
  });

  it('of a GPU try half precision first where it is asked for, and float32 too', () => {
    expect(candidates('gpu', true).map(({ rung, precision }) => `${rung} ${precision}`)).toEqual([
      'xla float16',
      'session float16',
      'xla float32',
      'session float32',
    ]);
  });
});

it('knows the words of a process that ran out of memory', () => {
  for (const words of [
    'Session fail to run with error: OOM when allocating tensor with shape[16,64]',
    'RESOURCE_EXHAUSTED: Out of memory while trying to allocate 4 bytes',
    "terminate called after throwing an instance of 'std::bad_alloc'",
  ])
    expect(isOutOfMemory(words), words).toBe(true);
  expect(isOutOfMemory('XLA does not support pooling ops with explicit padding. ROOM left')).toBe(false);
});
