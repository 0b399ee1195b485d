import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Rung } from '../engine/step.ts';
import type { Precision } from '../engine/precision.ts';
import type { Device } from '../runtime/find.ts';

/** One way to compute steps. All but the rung and the precision are settings of a whole process. */
export interface Candidate {
  readonly rung: Rung;
  readonly precision: Precision;
  /** TensorFlow's CPU operators by oneDNN */
  readonly oneDnn: boolean;
  /** threads within an operator */
  readonly threads: number;
}

/**
 * The ways worth measuring, the most promising first. Which one wins differs from network to network and from processor to
 * processor by factors (docs/adr/0010), so it is measured, never assumed.
 */
export function candidates(device: Device, mixed: boolean, cores = availableParallelism()): Candidate[] {
  const base = { precision: 'float32', oneDnn: true, threads: cores } as const;
  const low = mixed ? halfPrecision(device) : null;
  const lower = (list: Candidate[]) => (low ? [...list.map((c) => ({ ...c, precision: low })), ...list] : list);
  if (device === 'gpu')
    return lower([
      { ...base, rung: 'xla' },
      { ...base, rung: 'session' },
    ]);
  const both: Candidate[] = [
    { ...base, rung: 'session' },
    { ...base, rung: 'xla' },
  ];
  const plain: Candidate = { ...base, rung: 'session', oneDnn: false };
  // logical cores of a hyper-threaded processor share their arithmetic units
  const half: Candidate[] = cores >= 4 ? [{ ...base, rung: 'session', threads: Math.floor(cores / 2) }] : [];
  return [...lower(both), plain, ...half];
}

/** What to take without measuring: the safest of the fast ones. */
export function defaultCandidate(device: Device): Candidate {
  return candidates(device, false).find(({ rung }) => rung === 'session')!;
}

/** Environment of a process that computes this way. TensorFlow reads it once, when it is loaded. */
export function candidateEnvironment({ rung, oneDnn, threads }: Candidate): Record<string, string> {
  return {
    TF_ENABLE_ONEDNN_OPTS: oneDnn ? '1' : '0',
    TF_NUM_INTRAOP_THREADS: String(threads),
    ...(rung === 'xla' && { TF_XLA_FLAGS: '--tf_xla_cpu_global_jit' }), // without it XLA leaves CPUs alone
  };
}

/** "session + oneDNN, bfloat16" */
export function describeCandidate({ rung, oneDnn, precision }: Candidate): string {
  return `${rung}${oneDnn ? ' + oneDNN' : ''}${precision === 'float32' ? '' : `, ${precision}`}`;
}

/** The half precision that the device multiplies in hardware, or null. */
function halfPrecision(device: Device): Exclude<Precision, 'float32'> | null {
  if (device === 'gpu') return 'float16';
  return /\b(avx512_bf16|amx_bf16)\b/.test(cpuFlags()) ? 'bfloat16' : null;
}

function cpuFlags(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return ''; // no Linux: no half precision on the CPU
  }
}
