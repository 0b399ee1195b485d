import { describe, expect, it } from 'vitest';
import { findVariant, inputSizeProblem, parseWaveMix, VARIANTS, waveMixParams } from '../../../shared/domain/catalogue.ts';

describe('the catalogue', () => {
  it('knows WaveMix of any size by its name, and nothing else', () => {
    expect(parseWaveMix('wavemix_192_16_l3')).toMatchObject({ dim: 192, depth: 16, level: 3 });
    expect(findVariant('wavemix_64_6')?.family).toBe('wavemix');
    for (const id of ['wavemix_30_4', 'wavemix_0_4', 'wavemix_64_0', 'wavemix_64_6_l5', 'resnet19', '', 'wavemix'])
      expect(findVariant(id), id).toBeNull();
  });

  it('counts the published WaveMix parameters', () => {
    const counts = [1, 2, 3, 4].map((level) => waveMixParams({ ...parseWaveMix('wavemix_224_10')!, level: level as 1 }, 2));
    expect(counts).toEqual([10_635_298, 17_168_258, 23_701_218, 30_234_178]);
  });

  it('has every id once', () => {
    expect(new Set(VARIANTS.map((v) => v.id)).size).toBe(VARIANTS.length);
  });

  it('says which input sizes work', () => {
    const wavemix = findVariant('wavemix_224_10_l3')!;
    expect(inputSizeProblem(wavemix, [224, 224])).toBeNull();
    expect(inputSizeProblem(wavemix, [100, 224])).toMatch(/multiples of 32.*Try 96 x 224/);
    expect(inputSizeProblem(findVariant('resnet18')!, [16, 16])).toMatch(/at least 32/);
  });
});
