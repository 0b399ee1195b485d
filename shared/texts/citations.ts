/** How the lab, the study that it repeats, and the data are cited: in reports and on the page. */
export function magnilabCitation(version: string): string {
  return `Magnilab ${version}: a lab for magnification-invariant medical image analysis. 2026.`;
}

export const STUDY_CITATION =
  'Jeevan, Kurian, Sethi: Magnification Invariant Medical Image Analysis: A Comparison of Convolutional Networks, Vision Transformers, and Token Mixers. arXiv 2302.11488, 2023.';

export const BREAKHIS_CITATION =
  'Spanhol, Oliveira, Petitjean, Heutte: A Dataset for Breast Cancer Histopathological Image Classification. IEEE Transactions on Biomedical Engineering 63(7), 1455-1462, 2016.';
