import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallInput } from '../../shared/contract/api.ts';
import { CallError, useClient } from '../api/index.ts';
import { answerKey } from '../logic/tried.ts';
import { fakeClient } from '../testing/fake-lab.ts';
import { answered, triedImage, triedNetwork } from '../testing/samples.ts';
import { useTry } from './try.ts';
import { TRY_LIMITS } from '../../shared/contract/try-limits.ts';

const networks = [triedNetwork('a'), triedNetwork('b', { magnifications: [100] })];
const [a, b] = networks.map(({ choice }) => choice);

beforeEach(() => setActivePinia(createPinia()));
afterEach(() => Reflect.deleteProperty(window, 'magnilabPathOf'));

/** A lab with two networks and one image that answers every question. */
function lab(change: Partial<Parameters<typeof fakeClient>[0]> = {}) {
  const asked: CallInput<'try.classify'>[] = [];
  const client = fakeClient({
    'try.networks': () => networks,
    'try.images': () => [triedImage('i')],
    'try.classify': (input) => {
      asked.push(input);
      return input.images.map((image) => answered(image));
    },
    'try.remove': () => ({}),
    ...change,
  });
  useClient(client);
  return { asked, client };
}

describe('trying images', () => {
  it('asks the networks one after the other, and of new images only what is not known', async () => {
    const { asked } = lab({
      'try.open': ({ paths }) => ({ images: paths.map((path) => triedImage(path)), refused: [] }),
    });
    const tries = useTry();
    await tries.load();
    expect(asked).toEqual([
      { network: a, images: ['i'] },
      { network: b, images: ['i'] },
    ]);
    await tries.takePaths(['j', 'k']);
    expect(asked.slice(2)).toEqual([
      { network: a, images: ['j', 'k'] },
      { network: b, images: ['j', 'k'] },
    ]);
    expect([tries.open, tries.asking, tries.answers.size]).toEqual([0, null, 6]);
  });

  it('begins with networks that were trained on the magnification that the user says', async () => {
    const { asked } = lab();
    const tries = useTry();
    tries.setMagnification('i', 100);
    await tries.load();
    expect(asked.map(({ network }) => network)).toEqual([b, a]);
  });

  it('takes the magnification from the name, unless the user says another or none', () => {
    const tries = useTry();
    const [named, unnamed] = [triedImage('n', { magnification: 40 }), triedImage('u')];
    expect([tries.magnificationOf(named), tries.magnificationOf(unnamed)]).toEqual([40, null]);
    tries.common = 200;
    expect([tries.magnificationOf(named), tries.magnificationOf(unnamed)]).toEqual([40, 200]);
    tries.setMagnification('n', null);
    tries.setMagnification('u', 400);
    expect([tries.magnificationOf(named), tries.magnificationOf(unnamed)]).toEqual([null, 400]);
  });

  it('keeps an image that was taken while the lab was asked which ones it has', async () => {
    let answer = (_: ReturnType<typeof triedImage>[]) => {};
    lab({
      'try.images': () => new Promise((resolve) => (answer = resolve)),
      'try.open': () => ({ images: [triedImage('new')], refused: [] }),
    });
    const tries = useTry();
    const loading = tries.load();
    await tries.takePaths(['new.png']);
    answer([triedImage('i')]);
    await loading;
    expect(tries.images.map(({ id }) => id)).toEqual(['i', 'new']);
    expect(tries.open).toBe(0);
  });

  it('is stopped at once, and goes on where it was', async () => {
    let withdrawn = false;
    const { asked } = lab({
      'try.classify': (input, signal) => {
        asked.push(input);
        if (input.network !== b || withdrawn) return input.images.map((image) => answered(image));
        return new Promise((_, reject) =>
          signal!.addEventListener('abort', () => {
            withdrawn = true;
            reject(new CallError('cancelled', 'withdrawn'));
          }),
        );
      },
    });
    const tries = useTry();
    const loading = tries.load();
    await vi.waitFor(() => expect(tries.asking).toMatchObject({ done: 1, all: 2 }));
    tries.stop();
    await loading;
    expect([withdrawn, tries.asking, tries.open, tries.answers.size]).toEqual([true, null, 1, 1]);
    await tries.ask();
    expect(asked.map(({ network }) => network)).toEqual([a, b, b]);
    expect(tries.open).toBe(0);
  });

  it('tells what one network could not answer, goes on with the others, and asks it again when told to', async () => {
    let broken = true;
    const { asked } = lab({
      'try.classify': (input) => {
        asked.push(input);
        if (input.network === a && broken) throw new CallError('damaged-file', 'the weights were changed');
        return input.images.map((image) => answered(image));
      },
    });
    const tries = useTry();
    await tries.load();
    expect(tries.answers.get(answerKey(a, 'i'))).toEqual({
      image: 'i',
      error: { code: 'damaged-file', message: 'the weights were changed' },
    });
    expect(tries.answers.get(answerKey(b, 'i'))).toMatchObject({ predicted: 'malignant' });
    broken = false;
    await tries.retry();
    expect(asked.map(({ network }) => network)).toEqual([a, b, a]);
  });

  it('forgets the answers of another project, and keeps the images and what added weights said', async () => {
    const own = triedNetwork('w', { choice: { weights: '/w.safetensors' }, arm: null });
    lab({ 'try.addWeights': () => own });
    const tries = useTry();
    await tries.load();
    await tries.addWeights('/w.safetensors');
    await vi.waitFor(() => expect(tries.answers.size).toBe(3));
    tries.clear();
    expect([...tries.answers.keys()]).toEqual([answerKey(own.choice, 'i')]);
    expect([tries.trained, tries.images.length]).toEqual([null, 1]);
  });
});

describe('files that are given to the page', () => {
  it('go by their path where the desktop knows it', async () => {
    const paths: string[] = [];
    lab({
      'try.open': (input) => {
        paths.push(...input.paths);
        return {
          images: [triedImage('j')],
          refused: [{ name: 'x.txt', error: { code: 'bad-input', message: 'x.txt: no image' } }],
        };
      },
    });
    Object.assign(window, { magnilabPathOf: (file: File) => `/data/${file.name}` });
    const tries = useTry();
    await tries.takeFiles([new File(['1'], 'a.png'), new File(['2'], 'x.txt')]);
    expect(paths).toEqual(['/data/a.png', '/data/x.txt']);
    expect(tries.refused).toMatchObject([{ name: 'x.txt' }]);
  });

  it('are sent in parts that fit into a message, byte for byte; one that is refused keeps none from being sent', async () => {
    const bytes = Uint8Array.from({ length: TRY_LIMITS.part + 1000 }, (_, i) => (i * 7) % 251);
    const parts: CallInput<'try.upload'>[] = [];
    lab({
      'try.upload': (input) => {
        if (input.name === 'bad.png') throw new CallError('bad-input', 'bad.png: no image');
        parts.push(input);
        const end = input.offset + atob(input.part).length;
        return { upload: 'u', image: end === input.size ? triedImage('sent', { name: input.name }) : null };
      },
    });
    const tries = useTry();
    await tries.takeFiles([new File(['words'], 'bad.png'), new File([bytes], 'big.png')]);
    expect(parts.map(({ upload, offset, size }) => [upload, offset, size])).toEqual([
      [undefined, 0, bytes.length],
      ['u', TRY_LIMITS.part, bytes.length],
    ]);
    const whole = parts.map(({ part }) => atob(part)).join('');
    expect(whole.length).toBe(bytes.length);
    expect(Array.from(bytes).every((byte, i) => whole.charCodeAt(i) === byte)).toBe(true);
    expect(JSON.stringify(parts[0]).length).toBeLessThan(256 * 1024 - 1000);
    expect(tries.refused).toMatchObject([{ name: 'bad.png', error: { message: 'bad.png: no image' } }]);
    expect(tries.images.map(({ name }) => name)).toEqual(['big.png']);
  });

  it('that the browser cannot read, as a folder, are told by their name', async () => {
    lab();
    const folder = new File([''], 'slides');
    Object.assign(folder, { slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('no', 'NotFoundError')) }) });
    const tries = useTry();
    await tries.takeFiles([folder]);
    expect(tries.refused).toMatchObject([
      { name: 'slides', error: { message: expect.stringMatching(/^slides cannot be read.*folder/) } },
    ]);
  });
});
