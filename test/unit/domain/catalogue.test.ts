import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseFNet2d } from '../../../shared/domain/families/fnet2d.ts';
import { FAMILIES } from '../../../shared/domain/families/index.ts';
import { parseWaveMix, waveMixParams } from '../../../shared/domain/families/wavemix.ts';
import { findVariant, inputSizeProblem, VARIANTS } from '../../../shared/domain/catalogue.ts';

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

  it('knows 2D-FNet of any size by its name, with patches or without', () => {
    expect(parseFNet2d('fnet2d_64_3_p2')).toMatchObject({ dim: 64, depth: 3, patch: 2 });
    expect(parseFNet2d('fnet2d_128_5')).toMatchObject({ patch: 1, dropout: 0.5 });
    expect(findVariant('fnet2d_64_3_p2')).toMatchObject({ family: 'fnet2d', sizeMultiple: 2, name: '2D-FNet-64/3 patch 2' });
    for (const id of ['fnet2d_63_3', 'fnet2d_64_0', 'fnet2d_64_3_p3', 'fnet2d']) expect(findVariant(id), id).toBeNull();
  });

  it('has every family, with a small network in each', () => {
    for (const { family } of FAMILIES) {
      const rows = VARIANTS.filter((v) => v.family === family);
      expect(rows.filter((v) => v.small).length, family).toBe(1);
      expect(rows.length, family).toBeGreaterThan(1);
    }
  });

  it('is in the documentation of the command line, row by row', async () => {
    const text = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    for (const { id, family, params, inputSize, sizeMultiple } of VARIANTS) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${id}\` |`));
      expect(row, id).toBeDefined();
      const cells = row!.split('|').map((cell) => cell.trim());
      expect(cells.slice(3, 7), id).toEqual([family, params.toLocaleString('en'), String(inputSize), String(sizeMultiple)]);
    }
  });

  it('gives every row a size that its network takes', () => {
    for (const v of VARIANTS) expect(inputSizeProblem(v, [v.inputSize, v.inputSize]), v.id).toBeNull();
  });

  it('has every id once', () => {
    expect(new Set(VARIANTS.map((v) => v.id)).size).toBe(VARIANTS.length);
  });

  it('says which input sizes work', () => {
    const wavemix = findVariant('wavemix_224_10_l3')!;
    expect(inputSizeProblem(wavemix, [224, 224])).toBeNull();
    expect(inputSizeProblem(wavemix, [100, 224])).toMatch(/multiples of 32.*Try 96 x 224/);
    expect(inputSizeProblem(findVariant('resnet18')!, [16, 16])).toMatch(/at least 32/);
    const swin = findVariant('swin_base_patch4_window7_224')!;
    expect(inputSizeProblem(swin, [448, 672])).toBeNull();
    expect(inputSizeProblem(swin, [256, 256])).toMatch(/whole windows.*multiples of 224.*Try 224 x 224/);
    expect(inputSizeProblem(findVariant('vit_tiny_patch16_224')!, [100, 224])).toMatch(/multiples of 16.*Try 96 x 224/);
  });
});
