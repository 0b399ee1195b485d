import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../shared/contract/error-codes.ts';
import { trialStates } from '../../shared/contract/trial.ts';
import { FAMILIES } from '../../shared/domain/families/index.ts';
import { SALIENCY_METHODS } from '../../shared/domain/saliency.ts';
import { AUGMENTATION_FIELDS, TRAINING_FIELDS } from '../logic/plan-fields.ts';
import { messages as en } from '../app/i18n.ts';

const sources = import.meta.glob<string>('../**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true });
const has = (key: string) =>
  key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], en) !== undefined;

describe('texts', () => {
  it('has every text that the page names', () => {
    const missing = Object.entries(sources).flatMap(([file, source]) =>
      [...source.matchAll(/\bt\(\s*'([a-z][\w.-]+)'/gi)].filter(([, key]) => !has(key)).map(([, key]) => `${file}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  it('has a text for every error code and state of a trial', () => {
    for (const code of [...errorCodes, 'disconnected']) expect(has(`errors.${code}`), code).toBe(true);
    for (const state of [...trialStates, 'paused']) expect(has(`states.${state}`), state).toBe(true);
  });

  it('has a name for every method of saliency, and says how to read its map', () => {
    for (const method of SALIENCY_METHODS)
      for (const key of ['methods', 'reading']) expect(has(`results.saliency.${key}.${method}`), method).toBe(true);
  });

  it('has a name and a help for every hyper-parameter, and words for every family', () => {
    for (const { path, choices = [] } of [...TRAINING_FIELDS, ...AUGMENTATION_FIELDS]) {
      for (const key of ['label', 'help', ...choices]) expect(has(`plan.fields.${path}.${key}`), `${path}.${key}`).toBe(true);
    }
    for (const { family, kind } of FAMILIES) {
      expect(has(`plan.families.${family}`), family).toBe(true);
      expect(has(`plan.kinds.${kind}`), kind).toBe(true);
    }
  });
});
