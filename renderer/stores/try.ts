import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { RefusedImage, TriedImage, TriedNetwork } from '../../shared/contract/try.ts';
import { TRY_LIMITS } from '../../shared/contract/try-limits.ts';
import { asCallError, call, CallError, pathOf, sendFile } from '../api/index.ts';
import { t } from '../locales/texts.ts';
import { answerKey, askingOrder, isRefusal, networkKey, type Said } from '../logic/tried.ts';

/** Images that belong to no study, the networks that can be asked about them, and what these said. */
export const useTry = defineStore('try', () => {
  /** of the project's finished trials; null while they are not known */
  const trained = shallowRef<TriedNetwork[] | null>(null);
  /** of weights files that were added, for as long as the page is open */
  const added = shallowRef<TriedNetwork[]>([]);
  const images = shallowRef<TriedImage[]>([]);
  const refused = shallowRef<RefusedImage[]>([]);
  const answers = shallowRef<ReadonlyMap<string, Said>>(new Map());
  /** image -> magnification as the user says it, null: not known */
  const chosen = shallowRef<ReadonlyMap<string, number | null>>(new Map());
  /** of images of which neither their name nor the user says it */
  const common = ref<number | null>(null);
  /** the network that is being asked, and how many of all have answered; null while none is */
  const asking = shallowRef<{ network: TriedNetwork; done: number; all: number } | null>(null);
  /** name of the file that is being read or sent */
  const taking = ref<string | null>(null);
  let question = new AbortController();
  let transfer = new AbortController();

  const networks = computed(() => [...(trained.value ?? []), ...added.value]);
  /** questions that have no answer yet */
  const open = computed(
    () =>
      networks.value.flatMap(({ choice }) => images.value.filter(({ id }) => !answers.value.has(answerKey(choice, id)))).length,
  );

  /** What the lab has: after every connection, and when trials have finished. */
  async function load(): Promise<void> {
    const before = new Set(images.value.map(({ id }) => id));
    const [found, held] = await Promise.all([call('try.networks', {}), call('try.images', {})]);
    trained.value = found;
    const since = images.value.filter(({ id }) => !before.has(id));
    images.value = held;
    show(since); // taken while the lab was asked
    await ask();
  }

  /** Asks every network in turn for the answers that are missing. A new question, or `stop`, withdraws this one. */
  async function ask(): Promise<void> {
    question.abort();
    const { signal } = (question = new AbortController());
    const all = askingOrder(networks.value, images.value.map(magnificationOf));
    for (const [done, network] of all.entries()) {
      const { choice } = network;
      const missing = images.value.map(({ id }) => id).filter((id) => !answers.value.has(answerKey(choice, id)));
      if (missing.length === 0) continue;
      asking.value = { network, done, all: all.length };
      const said = await call('try.classify', { network: choice, images: missing }, { signal }).catch((thrown: unknown) => {
        const { code, message } = asCallError(thrown);
        const error = { code: code === 'disconnected' ? ('cancelled' as const) : code, message };
        return missing.map((image) => ({ image, error }));
      });
      if (signal.aborted) return;
      const next = new Map(answers.value);
      for (const one of said) next.set(answerKey(choice, one.image), one);
      answers.value = next;
    }
    asking.value = null;
  }

  /** Asks again where there was no answer. */
  async function retry(): Promise<void> {
    answers.value = new Map([...answers.value].filter(([, said]) => !isRefusal(said)));
    await ask();
  }

  function stop(): void {
    question.abort();
    transfer.abort();
    asking.value = null;
    taking.value = null;
  }

  /** Takes images of this machine; folders stand for the images below them. */
  async function takePaths(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const { signal } = (transfer = new AbortController());
    taking.value = nameIn(paths[0]);
    try {
      const opened = await call('try.open', { paths: paths.slice(0, TRY_LIMITS.paths) }, { signal });
      refused.value = [...refused.value, ...opened.refused];
      show(opened.images);
    } catch (thrown) {
      if (!signal.aborted) refuse(nameIn(paths[0]), thrown);
    } finally {
      taking.value = null;
    }
    await ask();
  }

  /** Takes files that were dropped or chosen: by their path where it is known, else their bytes are sent. */
  async function takeFiles(files: readonly File[]): Promise<void> {
    const paths = files.map(pathOf);
    const known = paths.filter((path) => path !== null);
    if (known.length > 0) await takePaths(known);
    const { signal } = (transfer = new AbortController());
    const sent = files.filter((_, i) => paths[i] === null);
    const room = TRY_LIMITS.images - images.value.length;
    for (const file of sent.slice(0, room)) {
      taking.value = file.name;
      try {
        show([await sendFile(file, call, signal)]);
      } catch (thrown) {
        if (signal.aborted) return;
        const fault = thrown instanceof CallError ? thrown : new CallError('bad-input', t('try.unreadable', { name: file.name }));
        refuse(file.name, fault);
      }
    }
    taking.value = null;
    const left = sent.slice(room);
    if (left.length > 0)
      refuse(left[0].name, new CallError('bad-input', t('try.tooMany', { files: left.length, most: TRY_LIMITS.images })));
    await ask();
  }

  async function remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    images.value = images.value.filter(({ id }) => !ids.includes(id));
    answers.value = new Map([...answers.value].filter(([, { image }]) => !ids.includes(image)));
    await call('try.remove', { images: [...ids] });
  }

  /** @throws CallError with the field "model" where the file does not name its model */
  async function addWeights(weights: string, model?: string): Promise<void> {
    const network = await call('try.addWeights', { weights, model });
    const key = networkKey(network.choice);
    added.value = [...added.value.filter(({ choice }) => networkKey(choice) !== key), network];
    void ask();
  }

  function removeWeights(network: TriedNetwork): void {
    added.value = added.value.filter((one) => one !== network);
  }

  function magnificationOf({ id, magnification }: TriedImage): number | null {
    return chosen.value.get(id) ?? (chosen.value.has(id) ? null : (magnification ?? common.value));
  }

  function setMagnification(id: string, magnification: number | null): void {
    chosen.value = new Map(chosen.value).set(id, magnification);
  }

  /** Another project has other networks; the images stay. */
  function clear(): void {
    stop();
    trained.value = null;
    const own = new Set(added.value.flatMap(({ choice }) => images.value.map(({ id }) => answerKey(choice, id))));
    answers.value = new Map([...answers.value].filter(([key]) => own.has(key)));
  }

  /** The lab may have told of an image before it answered. */
  function show(taken: readonly TriedImage[]): void {
    const known = new Set(images.value.map(({ id }) => id));
    images.value = [...images.value, ...taken.filter(({ id }) => !known.has(id))];
  }

  function refuse(name: string, thrown: unknown): void {
    const { code, message } = asCallError(thrown);
    refused.value = [...refused.value, { name, error: { code: code === 'disconnected' ? 'internal' : code, message } }];
  }

  return {
    trained,
    added,
    networks,
    images,
    refused,
    answers,
    common,
    asking,
    taking,
    open,
    load,
    ask,
    retry,
    stop,
    takePaths,
    takeFiles,
    remove,
    addWeights,
    removeWeights,
    magnificationOf,
    setMagnification,
    clear,
  };
});

function nameIn(path: string): string {
  return path.split(/[/\\]/).findLast(Boolean) ?? path;
}
