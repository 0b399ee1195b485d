import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryHistory, createRouter } from 'vue-router';
import type { StudySummary } from '../../../shared/contract/results.ts';
import type { Doctor } from '../../../shared/contract/system.ts';
import { useClient } from '../../api/index.ts';
import { fakeClient } from '../../testing/fake-lab.ts';
import { cell, step, study, trial } from '../../testing/samples.ts';
import { useNotify } from '../../composables/useNotify.ts';
import { useStudies } from '../../stores/studies.ts';
import { useLab } from '../../stores/lab.ts';
import GrowingMatrix from './GrowingMatrix.vue';
import QueueCard from './QueueCard.vue';
import RunningNow from './RunningNow.vue';
import TrialActions from './TrialActions.vue';
import TrialBoard from './TrialBoard.vue';

const seeds = [0, 1, 2];
const networks = [
  'resnet18',
  'vit_test',
  'swin_test',
  'mixer_test',
  'fnet2d_16_2_p4',
  'convmixer_test',
  'wavemix_32_4',
  'resnet34',
];
/** As large as a study gets: 96 trials. */
const large = seeds.flatMap((seed) =>
  networks.flatMap((model) =>
    [40, 100, 200, 400].map((trainSet) => trial({ id: `S_${model}_${trainSet}x_s${seed}`, model, trainSet, seed })),
  ),
);

/** As readers of the screen hear it: what is hidden from them is left out. */
function nameOf(element: Element): string {
  const copy = element.cloneNode(true) as Element;
  for (const hidden of copy.querySelectorAll('[aria-hidden=true]')) hidden.remove();
  return copy.textContent!.trim();
}

beforeEach(() => setActivePinia(createPinia()));

function router() {
  const component = { template: '<div />' };
  return createRouter({
    history: createMemoryHistory(),
    routes: [
      { name: 'start', path: '/', component },
      ...['run', 'results'].map((name) => ({ name, path: `/${name}`, component })),
    ],
  });
}

describe('the board', () => {
  const mounted = (trials = large, selected: string | null = null) =>
    mount(TrialBoard, { props: { study: study(trials), selected }, attachTo: document.body });

  it('has a tile for each of 96 trials, of which Tab reaches one', () => {
    const board = mounted();
    expect(board.findAll('[role=gridcell]')).toHaveLength(96);
    expect(board.findAll('[role=rowheader]')).toHaveLength(8);
    expect(board.findAll('[tabindex="0"]')).toHaveLength(1);
    expect(board.get('[tabindex="0"]').attributes('data-trial')).toBe(large[0].id);
    board.unmount();
  });

  it('is walked by arrow keys, which choose the trial and move the focus', async () => {
    const board = mounted(large, large[0].id);
    const tile = (id: string) => board.get<HTMLElement>(`[data-trial="${id}"]`);
    tile(large[0].id).element.focus();
    await tile(large[0].id).trigger('keydown', { key: 'ArrowRight' });
    expect(board.emitted('select')).toEqual([['S_resnet18_40x_s1']]);
    expect(document.activeElement).toBe(tile('S_resnet18_40x_s1').element);
    await board.setProps({ selected: 'S_resnet18_40x_s1' });
    await tile('S_resnet18_40x_s1').trigger('keydown', { key: 'ArrowDown' });
    expect(board.emitted('select')!.at(-1)).toEqual(['S_vit_test_40x_s1']);
    await tile(large[5].id).trigger('keydown', { key: 'Enter' });
    expect(board.emitted('select')!.at(-1)).toEqual([large[5].id]);
    board.unmount();
  });

  it('says in words how each trial stands, and what validation said of a finished one', () => {
    const states = [
      trial({ id: 'a', state: 'finished', epoch: 10, testedValidationAccuracy: 0.917 }),
      trial({ id: 'b', seed: 1, state: 'running', epoch: 2 }),
      trial({ id: 'c', seed: 2, fold: 4, state: 'failed', epoch: 1 }),
    ];
    useStudies().live.set('b', {
      device: null,
      engine: null,
      notice: null,
      phase: null,
      step: step({ epoch: 2, step: 2, steps: 4 }),
      points: [],
    });
    const board = mounted(states);
    expect(board.findAll('[role=gridcell]').map((tile) => nameOf(tile.element))).toEqual([
      'ResNet-18, trained on 40×, seed 0: Finished, validation accuracy 91.7 %',
      'ResNet-18, trained on 40×, seed 1: Running, epoch 2 of 10',
      'ResNet-18, trained on 40×, seed 2, fold 4: Failed, epoch 1 of 10',
    ]);
    expect(board.findAll('.fill').map((fill) => fill.attributes('style'))).toEqual([
      'width: 100%;',
      'width: 25%;',
      'width: 10%;',
    ]);
    expect(board.get('[data-trial=b] .value').text()).toBe('25 %');
    expect(board.findAll('.counts li').map((line) => line.text())).toEqual(['Finished 1', 'Running 1', 'Failed 1']);
    board.unmount();
  });
});

describe('the matrix beside the board', () => {
  it('is empty before a trial has finished, asks for cells with each that has, and leads to the results', async () => {
    const client = fakeClient({ 'results.cells': () => [cell(40, 40, 0.9), cell(40, 100, 0.7)] });
    useClient(client);
    const trials = [trial({ id: 'S_resnet18_40x_s0', state: 'running' }), trial({ id: 'b', trainSet: 100 })];
    const routes = router();
    const matrix = mount(GrowingMatrix, {
      props: { study: study(trials), model: 'resnet18' },
      global: { plugins: [routes] },
    });
    expect(matrix.findAll('.empty')).toHaveLength(4);
    expect(client.calls).toEqual([]);
    await matrix.setProps({ study: study([{ ...trials[0], state: 'finished' }, trials[1]]) });
    await flushPromises();
    expect(client.calls).toEqual(['results.cells']);
    await matrix.setProps({
      study: study([
        { ...trials[0], state: 'finished' },
        { ...trials[1], epoch: 1 },
      ]),
    });
    expect(client.calls, 'an epoch changes no matrix').toEqual(['results.cells']);
    expect(matrix.findAll('.empty')).toHaveLength(2);
    const squares = matrix.findAll('button.square');
    expect(squares.map((square) => square.get('strong').text())).toEqual(['90.0', '70.0']);
    await squares[1].trigger('click');
    await flushPromises();
    expect(routes.currentRoute.value).toMatchObject({
      name: 'results',
      query: { study: 'S', trial: 'S_resnet18_40x_s0', test: '100x' },
    });
  });
});

describe('the queue of all studies', () => {
  const names = ['A', 'B', 'C'];
  const queued = (order: readonly string[]): StudySummary[] =>
    order.map((name, place) =>
      study([trial({ id: name, study: name, state: place === 0 ? 'running' : 'waiting' })], {
        name,
        state: place === 0 ? 'running' : 'queued',
        queue: { place, after: order[place - 1] ?? null },
      }),
    );

  function mounted() {
    const asked: (readonly string[])[] = [];
    useClient(
      fakeClient({
        'studies.order': ({ studies: order }) => {
          asked.push(order);
          return queued(order);
        },
        'studies.pause': ({ study: name }) => study([trial({ study: name })], { name, state: 'paused', queue: null }),
      }),
    );
    queued(names).forEach(useStudies().take);
    const card = mount(QueueCard, { global: { plugins: [router()] }, attachTo: document.body });
    const shown = () => card.findAll('li').map((row) => row.attributes('data-study'));
    return { card, asked, shown };
  }

  it('is not shown for a single study', () => {
    queued(['A']).forEach(useStudies().take);
    expect(
      mount(QueueCard, { global: { plugins: [router()] } })
        .find('li')
        .exists(),
    ).toBe(false);
  });

  it('is put in order by Alt and arrows, which is said aloud, and the focus stays with the study', async () => {
    const { card, asked, shown } = mounted();
    expect(shown()).toEqual(names);
    const link = card.get<HTMLElement>('[data-study=C] a');
    link.element.focus();
    await link.trigger('keydown', { key: 'ArrowUp', altKey: true });
    await flushPromises();
    expect(asked).toEqual([['A', 'C', 'B']]);
    expect(shown()).toEqual(['A', 'C', 'B']);
    expect(card.get('[aria-live]').text()).toBe('C is now number 2 of 3.');
    expect(document.activeElement?.textContent).toBe('C');
    await link.trigger('keydown', { key: 'ArrowUp' }); // without Alt it scrolls
    await card.get('[aria-label="Move B down"]').trigger('click'); // it is the last already
    await flushPromises();
    expect(asked).toHaveLength(1);
    card.unmount();
  });

  it('is put in order by its buttons, from which the focus moves on where one leads nowhere any more', async () => {
    const { card, asked } = mounted();
    const up = card.get<HTMLElement>('[aria-label="Move B up"]');
    up.element.focus();
    await up.trigger('click');
    await flushPromises();
    expect(asked).toEqual([['B', 'A', 'C']]);
    expect(card.get('[data-study=B]').element.contains(document.activeElement)).toBe(true);
    card.unmount();
  });

  it('is put in order by dragging', async () => {
    const { card, asked } = mounted();
    await card.get('[data-study=A]').trigger('dragstart');
    await card.get('[data-study=C]').trigger('dragover');
    await card.get('[data-study=C]').trigger('drop');
    await card.get('[data-study=A]').trigger('dragend');
    await flushPromises();
    expect(asked).toEqual([['B', 'C', 'A']]);
    card.unmount();
  });

  it('keeps a paused study in sight, to resume it', async () => {
    const { card, shown } = mounted();
    await card.get('[aria-label="Pause A"]').trigger('click');
    await flushPromises();
    expect(shown()).toEqual(['B', 'C', 'A']);
    expect(card.find('[aria-label="Resume A"]').exists()).toBe(true);
    card.unmount();
  });
});

describe('what runs now', () => {
  it('says its device, and its memory against what this machine has', () => {
    const own = trial({ state: 'running' });
    const studies = useStudies();
    studies.hear({
      type: 'trial',
      trial: own.id,
      message: { type: 'ready', device: 'NVIDIA H100', tensorflow: '2', engine: 'xla', resumedAtEpoch: 0 },
    });
    studies.hear({ type: 'trial', trial: own.id, message: step({ memoryBytes: 2.5e9 }) });
    useLab().doctor = { memoryBytes: 16e9, device: 'cpu' } as Doctor;
    const now = mount(RunningNow, { props: { trial: own, study: study([own]) } });
    const facts = Object.fromEntries(
      now.findAll('dt').map((name) => [name.text(), name.element.nextElementSibling!.textContent]),
    );
    expect(facts).toMatchObject({ Device: 'NVIDIA H100', Memory: '2.5 GB of 16.0 GB' });
  });

  it('says the device of this machine before the trial has told its own, as after a reload', () => {
    useLab().doctor = { memoryBytes: 16e9, device: 'cpu' } as Doctor;
    const own = trial({ state: 'running' });
    expect(mount(RunningNow, { props: { trial: own, study: study([own]) } }).text()).toContain('CPU');
  });
});

describe('a trial that is cancelled', () => {
  it('can be taken up again by the notice that tells of it, whatever is chosen meanwhile', async () => {
    const own = trial({ id: 'a', state: 'running', epoch: 2 });
    const asked: string[] = [];
    useClient(
      fakeClient({
        'trials.cancel': ({ trial: id }) => (asked.push(`cancel ${id}`), study([{ ...own, state: 'cancelled' }])),
        'trials.retry': ({ trial: id }) => (asked.push(`retry ${id}`), study([{ ...own, state: 'waiting' }])),
      }),
    );
    const { notices, close } = useNotify();
    const actions = mount(TrialActions, { props: { trial: own, named: true } });
    await actions.get('button').trigger('click');
    await flushPromises();
    expect(notices.value.map(({ text }) => text)).toEqual(['Cancelled: ResNet-18, trained on 40×, seed 0']);
    await actions.setProps({ trial: trial({ id: 'b' }) });
    notices.value[0].action!.run();
    await flushPromises();
    expect(asked).toEqual(['cancel a', 'retry a']);
    expect(useStudies().trials[0].state).toBe('waiting');
    close(notices.value[0].id);
  });
});
