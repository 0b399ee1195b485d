import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Candidate, candidateEnvironment } from './candidates.ts';
import { isOutOfMemory } from '../engine/out-of-memory.ts';
import { tensorflowEnvironment } from '../runtime/find.ts';

/** What a measuring process found about one candidate. */
export type Measurement =
  | {
      readonly ok: true;
      /** the rung that was reached: lower than the candidate's when that refused */
      readonly rung: Candidate['rung'];
      readonly secondsPerStep: number;
      readonly compileSeconds: number;
      /** largest resident memory of the process */
      readonly peakBytes: number;
      readonly refusals: string[];
    }
  | { readonly ok: false; readonly outOfMemory: boolean; readonly reason: string };

export interface Measured {
  readonly candidate: Candidate;
  readonly measurement: Measurement;
}

export interface TuneOptions {
  readonly candidates: readonly Candidate[];
  /** a file that runs the real step in a process of its own and sends its {@link Measurement}; see {@link measureStep} */
  readonly entry: URL;
  /** what the entry needs beside the candidate; JSON */
  readonly request: unknown;
  /** steps that the choice is for: where few are left, measuring more costs more than it gains */
  readonly steps: number;
  readonly signal?: AbortSignal;
  /** told before every measurement */
  readonly onMeasure?: (done: number, total: number) => void;
}

/** A run of the first candidate as short as this needs no better one. */
const WORTH_TUNING_SECONDS = 90;
/** A candidate may take this much longer in all than the best so far before it is ended. */
const PATIENCE = 4;
const FIRST_TIMEOUT_MS = 600_000;

/**
 * Measures candidates one after the other, each in a short process of its own: their flags are the process's, and what runs out
 * of memory ends only that process. Stops when memory ran out (another batch must be tried) or the run is too short to matter.
 * @throws when the signal aborts
 */
export async function tune({ candidates, entry, request, steps, signal, onMeasure }: TuneOptions): Promise<Measured[]> {
  const measured: Measured[] = [];
  let timeout = FIRST_TIMEOUT_MS;
  for (const candidate of candidates) {
    signal?.throwIfAborted();
    onMeasure?.(measured.length, candidates.length);
    const started = performance.now();
    const measurement = await measureInProcess(candidate, entry, request, timeout, signal);
    signal?.throwIfAborted(); // what it was killed for is no measurement
    measured.push({ candidate, measurement });
    if (!measurement.ok && measurement.outOfMemory) break;
    if (!measurement.ok) continue;
    timeout = Math.min(timeout, PATIENCE * (performance.now() - started) + 10_000);
    if (suffices(measured, candidates, steps)) break;
  }
  return measured;
}

/** Whether measurements made for another run serve this one too: all of them are there, or it is short. */
export function suffices(measured: readonly Measured[], candidates: readonly Candidate[], steps: number): boolean {
  const first = measured[0]?.measurement;
  if (!first) return false;
  return measured.length >= candidates.length || !first.ok || first.secondsPerStep * steps < WORTH_TUNING_SECONDS;
}

/** The fastest over all steps, compilation counted in; null when none ran. */
export function fastest(measured: readonly Measured[], steps: number): Measured | null {
  const cost = ({ measurement }: Measured) =>
    measurement.ok ? measurement.compileSeconds + measurement.secondsPerStep * steps : Infinity;
  const ran = measured.filter(({ measurement }) => measurement.ok);
  return ran.length === 0 ? null : ran.reduce((best, next) => (cost(next) < cost(best) ? next : best));
}

async function measureInProcess(
  candidate: Candidate,
  entry: URL,
  request: unknown,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Measurement> {
  const child = fork(fileURLToPath(entry), [JSON.stringify({ candidate, request })], {
    env: { ...tensorflowEnvironment(), ...candidateEnvironment(candidate) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'json',
  });
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  let slow = false;
  const timer = setTimeout(() => {
    slow = true;
    child.kill('SIGKILL');
  }, timeout);
  const abort = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', abort);
  try {
    return await new Promise<Measurement>((resolve) => {
      let answer: Measurement | null = null;
      child.on('message', (message) => (answer = message as Measurement));
      child.on('error', (error) => resolve({ ok: false, outOfMemory: false, reason: error.message }));
      child.on('close', (code, signalName) => {
        if (answer) return resolve(answer);
        if (slow) return resolve({ ok: false, outOfMemory: false, reason: `slower than ${PATIENCE} times the best so far` });
        // nobody else kills it: the system does when memory runs out
        const outOfMemory = signalName === 'SIGKILL' || isOutOfMemory(log);
        const last = log.trim().split('\n').at(-1) ?? '';
        resolve({ ok: false, outOfMemory, reason: `the process ended with ${signalName ?? code} ${last}`.trim().slice(0, 300) });
      });
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** What the entry file of a measurement got. */
export function measureRequest<Request>(): { candidate: Candidate; request: Request } {
  return JSON.parse(process.argv[2]) as { candidate: Candidate; request: Request };
}

/** Runs a compiled step: `atLeast` times, then on to `atMost` while `seconds` are not over. @returns the median */
export function measureStep(
  program: { rung: Candidate['rung']; compileSeconds: number; refusals: readonly { rung: string; reason: string }[] },
  run: () => void,
  { atLeast = 2, atMost = 5, seconds = 6 } = {},
): Measurement {
  const times: number[] = [];
  const started = performance.now();
  run(); // buffers are allocated
  while (times.length < atMost && (times.length < atLeast || performance.now() - started < seconds * 1000)) {
    const at = performance.now();
    run();
    times.push((performance.now() - at) / 1000);
  }
  times.sort((a, b) => a - b);
  return {
    ok: true,
    rung: program.rung,
    secondsPerStep: times[times.length >> 1],
    compileSeconds: program.compileSeconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    refusals: program.refusals.map(({ rung, reason }) => `${rung}: ${reason.slice(0, 500)}`),
  };
}

/** Sends the answer of a measuring process and ends it. */
export function answerMeasurement(work: () => Promise<Measurement>): void {
  process.on('disconnect', () => process.exit(1)); // whoever asked has gone
  void work()
    .catch((error: unknown): Measurement => {
      const reason = error instanceof Error ? error.message : String(error);
      return { ok: false, outOfMemory: isOutOfMemory(reason), reason: reason.slice(0, 500) };
    })
    .then((measurement) => process.send!(measurement, () => process.exit(0)));
}
