import { hashCounters, hashText } from '../../shared/domain/random.ts';
import type { ParameterSpec } from '../../main/models/layers.ts';

/** n numbers in [-1, 1) that test/reference/common.py computes alike. */
export function uniform(name: string, n: number): Float64Array {
  const key = hashText(name);
  return Float64Array.from({ length: n }, (_, i) => hashCounters(key, i) / 2 ** 31 - 1);
}

/** A parameter by the formula, in PyTorch's layout. */
export function formulaValues({ name, shape }: ParameterSpec): Float32Array {
  const u = uniform(
    name,
    shape.reduce((a, b) => a * b, 1),
  );
  if (name.endsWith('running_var')) return Float32Array.from(u, (v) => 1 + 0.5 * v);
  if (shape.length > 1) {
    const scale = Math.sqrt(3 / shape.slice(1).reduce((a, b) => a * b, 1));
    return Float32Array.from(u, (v) => v * scale);
  }
  return Float32Array.from(u, (v) => (name.endsWith('weight') ? 1 + 0.1 * v : 0.1 * v));
}
