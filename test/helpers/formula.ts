import { hashCounters, hashText } from '../../shared/domain/random.ts';
import type { ParameterSpec } from '../../main/models/layers.ts';

/** n numbers in [-1, 1) that test/reference/common.py computes alike. */
export function uniform(name: string, n: number): Float64Array {
  const key = hashText(name);
  return Float64Array.from({ length: n }, (_, i) => hashCounters(key, i) / 2 ** 31 - 1);
}

/**
 * A parameter by the formula, in PyTorch's layout.
 * @param shift added to parameters by suffix of their names
 */
export function formulaValues({ name, shape }: ParameterSpec, shift: Readonly<Record<string, number>> = {}): Float32Array {
  const u = uniform(
    name,
    shape.reduce((a, b) => a * b, 1),
  );
  const by = Object.entries(shift).reduce((sum, [suffix, value]) => sum + (name.endsWith(suffix) ? value : 0), 0);
  const [mean, scale] = distribution(name, shape);
  return Float32Array.from(u, (v) => mean + scale * v + by);
}

function distribution(name: string, shape: readonly number[]): readonly [mean: number, scale: number] {
  if (name.endsWith('running_var')) return [1, 0.5];
  if (shape.length > 1) return [0, Math.sqrt(3 / shape.slice(1).reduce((a, b) => a * b, 1))];
  return name.endsWith('weight') ? [1, 0.1] : [0, 0.1];
}
