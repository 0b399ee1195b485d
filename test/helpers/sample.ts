import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

/** 257 real BreakHis images in the official layout; they stand beside the project, never inside it. */
export const sampleFolder = fileURLToPath(new URL('../../../shared/data/breakhis-sample', import.meta.url));

/** Where the slide folders of the sample begin. */
export const sampleSlides = `${sampleFolder}/BreaKHis_v1/histology_slides/breast`;

const isPresent = existsSync(sampleFolder);

/** `describe` for tests that read the sample; where it is absent they are skipped, and their title says why. */
export function describeWithSample(title: string, body: () => void): void {
  if (isPresent) describe(title, body);
  else describe.skip(`${title} (skipped: no BreakHis sample at ${sampleFolder})`, body);
}
