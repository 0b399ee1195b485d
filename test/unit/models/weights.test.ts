import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../shared/contract/errors.ts';
import { Random } from '../../../shared/domain/random.ts';
import { createModel } from '../../../main/models/registry.ts';
import { initialWeights } from '../../../main/models/weights.ts';
import { openWeights, saveWeights, stateDict } from '../../../main/training/checkpoint.ts';
import { encodeSafetensors } from '../../../main/models/safetensors.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const { model } = createModel('convmixer_test');
const weights = initialWeights(model, 0);
const metadata = { model: 'convmixer_test', classes: 'benign,malignant' };

const pathIn = async (folder = temporaryFolder()) => join(await folder, 'w.safetensors');

/** The weights under other names, with other metadata. */
async function written(rename: (name: string) => string, more: Record<string, string> = {}): Promise<string> {
  const path = await pathIn();
  const tensors = new Map([...stateDict(model.specs, weights, 3)].map(([name, tensor]) => [rename(name), tensor]));
  await writeFile(path, encodeSafetensors({ tensors, metadata: { ...metadata, ...more } }));
  return path;
}

describe('weights', () => {
  it.each(['module.', 'model.', '_orig_mod.', '_orig_mod.module.'])('are read with %s before every name', async (prefix) => {
    const file = await openWeights(await written((name) => prefix + name));
    expect(file.load(model)).toEqual(weights);
  });

  it('keep a prefix that only some names have, and are refused', async () => {
    const file = await openWeights(await written((name) => (name.startsWith('head') ? `module.${name}` : name)));
    expect(() => file.load(model)).toThrow(/missing parameter "head\.weight".*unknown parameter "module\.head/);
  });

  it('say which classes they tell apart, in the order of the logits', async () => {
    const read = async (classes: string) => (await openWeights(await written((name) => name, { classes }))).classes;
    expect(await read('benign,malignant')).toEqual(['benign', 'malignant']);
    expect(await read('malignant, benign')).toEqual(['malignant', 'benign']);
    expect(await read('["Malignant", "Benign"]')).toEqual(['malignant', 'benign']);
    expect(await read('["a, b", "c"]')).toEqual(['a, b', 'c']);
    await expect(read('cat')).rejects.toThrow(/"cat"/);
    await expect(read('malignant,malignant')).rejects.toThrow(/is needed/);
  });

  it.each([NaN, Infinity, -Infinity])('that hold %d are refused, naming the parameter', async (value) => {
    const path = await pathIn();
    const bad = new Map(weights).set('head.weight', weights.get('head.weight')!.with(3, value));
    await saveWeights(path, model, bad, 0, metadata);
    const file = await openWeights(path);
    expect(() => file.load(model)).toThrow(/"head\.weight" holds what is no number/);
  });
});

describe('mutated weights', () => {
  it('are read or refused by name, never anything else', { timeout: 300_000 }, async () => {
    const path = await pathIn();
    await saveWeights(path, model, weights, 1, metadata);
    const whole = await readFile(path);
    const headerEnd = 8 + Number(whole.readBigUInt64LE(0));
    const random = new Random(20, 26);
    const below = (n: number) => Math.floor(random.uniform(0, n));
    const bytes = (n: number) => Buffer.from(Array.from({ length: n }, () => below(256)));
    const place = () => below(random.uniform(0, 1) < 0.8 ? headerEnd : whole.length);
    const words = ['-1', '1e999', '[]', '{}', 'null', '""', '"__proto__"', '99999999999', '0.5', '[[[[', '"F16"', '"\\ud800"'];
    const kinds: (() => Buffer)[] = [
      () => Buffer.from(whole).fill(below(256), place(), place() + 1),
      () => whole.subarray(0, place()),
      () => Buffer.concat([bytes(8), whole.subarray(8)]),
      () => {
        const at = place();
        return Buffer.concat([whole.subarray(0, at), bytes(1 + below(40)), whole.subarray(at)]);
      },
      () => {
        const at = place();
        return Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1 + below(40))]);
      },
      () => {
        // another value in the header, whose length is put right
        const text = whole.toString('utf8', 8, headerEnd);
        const values = [...text.matchAll(/\d+|"[^"]*"|\[[^[\]]*\]/g)];
        const { index, 0: old } = values[below(values.length)];
        const json = Buffer.from(text.slice(0, index) + words[below(words.length)] + text.slice(index + old.length));
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(json.length));
        return Buffer.concat([length, json, whole.subarray(headerEnd)]);
      },
    ];
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 240; i++) {
      await writeFile(path, kinds[i % kinds.length]());
      const started = performance.now();
      try {
        const values = (await openWeights(path)).load(model);
        expect([...values.values()].every((own) => own.every(Number.isFinite))).toBe(true);
        counts.read++;
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
        expect(error.message).toContain(path);
        counts.refused++;
      }
      expect(performance.now() - started, `mutation ${i}`).toBeLessThan(10_000);
    }
    expect(counts.read + counts.refused).toBe(240);
    expect(counts.refused).toBeGreaterThan(100);
  });
});
