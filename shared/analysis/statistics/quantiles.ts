/** Quantiles of distributions, by stdlib (Apache-2.0; incomplete beta function after Boost), within 1e-14 of SciPy's. */
import beta from '@stdlib/stats-base-dists-beta-quantile';
import t from '@stdlib/stats-base-dists-t-quantile';

/** @param share of the distribution below, 0 to 1 */
export function betaQuantile(share: number, alpha: number, beta_: number): number {
  return beta(share, alpha, beta_);
}

/** Student's t. @param share of the distribution below, 0 to 1 @param freedom degrees of freedom, a whole number or not */
export function tQuantile(share: number, freedom: number): number {
  return t(share, freedom);
}
