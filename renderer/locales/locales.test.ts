import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../shared/contract/error-codes.ts';
import { trialStates } from '../../shared/contract/trial.ts';
import { en as shared } from '../../shared/texts/en.ts';
import { classTitle, SUBTYPES } from '../../shared/domain/breakhis.ts';
import type { TrainSet } from '../../shared/domain/study/train-set.ts';
import { classText, classWithin, trainSetText } from '../logic/format.ts';
import german from './de.json';
import en from './en.json';
import { errorTitle, messages, type PageText, speak, t } from './texts.ts';

const sources = import.meta.glob<string>('../**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true });

function keysOf(tree: object, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [path + key] : keysOf(value as object, `${path}${key}.`),
  );
}

describe('texts', () => {
  it('are found by their keys; a key that is not there does not compile', () => {
    expect(t('common.timeLeft', { time: '3 s' })).toBe('3 s left');
    expect(t('data.split.leak', 1)).toBe('1 case stands in more than one part');
    expect(t('data.split.leak', 2)).toBe('2 cases stand in more than one part');
    expect(t('metrics.f1.name')).toBe('F1');
    // @ts-expect-error no such text
    const wrong: PageText = 'common.timeleft';
    expect(messages).not.toHaveProperty(wrong);
  });

  it('stand in one place: what both sides need is not repeated in the page', () => {
    expect(Object.keys(en).filter((key) => key in shared)).toEqual([]);
  });

  it('are all used by the page', () => {
    const all = Object.entries(sources)
      .filter(([file]) => !file.endsWith('.test.ts'))
      .map(([, source]) => source)
      .join('\n');
    const named = [...all.matchAll(/['`]([a-z]\w*(?:\.(?:[\w-]+|\$\{[^}]*\})+)+)['`]/gi)].map(([, key]) => key);
    const patterns = named.map((key) => new RegExp(`^${key.replaceAll('.', '\\.').replaceAll(/\$\{.*?\}/g, '.+')}$`));
    expect(keysOf(en).filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
  });

  it('are there in every language, with the same parameters and as many forms', async () => {
    const { de } = await import('../../shared/texts/de.ts');
    const names = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
    const shape = (tree: object): unknown[] =>
      keysOf(tree).map((key) => {
        const text = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], tree) as string;
        return [key, names(text), text.split(' | ').length, text.trim() !== ''];
      });
    expect(shape(german)).toEqual(shape(en));
    expect(shape(de)).toEqual(shape(shared));
  });

  it('are spoken in the language that is chosen', async () => {
    await speak('de');
    expect(t('screens.settings')).toBe('Einstellungen');
    expect(t('common.timeLeft', { time: '3 s' })).toContain('3 s');
    expect(document.documentElement.lang).toBe('de');
    expect([classText('ductal_carcinoma'), classWithin('ductal_carcinoma'), classWithin('malignant')]).toEqual(['Duktales Karzinom', 'Duktales Karzinom', 'maligne']); // prettier-ignore
    await speak('en');
    expect(classWithin('ductal_carcinoma')).toBe('ductal carcinoma');
  });

  it('call classes as the lab does', () => {
    const names = ['benign', 'malignant', ...SUBTYPES.map(({ folder }) => folder), 'class of a table'];
    expect(names.map(classText)).toEqual(names.map(classTitle));
    expect([40, 'pooled', { allBut: 200 }].map((set) => trainSetText(set as TrainSet))).toEqual([
      '40×',
      'pooled',
      'all but 200×',
    ]);
  });

  it('head every error and name every state of a trial', () => {
    for (const code of [...errorCodes, 'disconnected']) expect(errorTitle(code), code).not.toBe('');
    expect(errorTitle('of-a-newer-lab')).toBe('');
    for (const state of [...trialStates, 'paused' as const]) expect(t(`states.${state}`)).not.toContain('states.');
  });
});
