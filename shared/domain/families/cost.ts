/**
 * What one image costs in a network, counted from its dimensions, layer by layer as main/models computes them: multiply-accumulate
 * operations of the forward pass, and the values that training keeps for the backward pass.
 */
export interface Cost {
  /** multiply-accumulate operations of the forward pass */
  readonly macs: number;
  /** float32 values kept from forward to backward */
  readonly kept: number;
}

export function sum(...costs: readonly Cost[]): Cost {
  return { macs: costs.reduce((a, c) => a + c.macs, 0), kept: costs.reduce((a, c) => a + c.kept, 0) };
}

export function times(count: number, { macs, kept }: Cost): Cost {
  return { macs: count * macs, kept: count * kept };
}

/** Linear to the hidden units, GELU, linear back, with the normalised input. */
export function mlp(rows: number, dim: number, hidden: number): Cost {
  return { macs: rows * 2 * dim * hidden, kept: rows * (2 * dim + 2 * hidden) };
}

/** Layer norm, qkv, attention among `among` tokens, projection. */
export function attention(rows: number, among: number, dim: number, heads: number): Cost {
  return { macs: rows * (4 * dim * dim + 2 * among * dim), kept: rows * (2 * dim + 4 * dim + among * heads) };
}
