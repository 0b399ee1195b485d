import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import type { Plan } from '../../shared/contract/plan.ts';
import type { Task } from '../../shared/contract/system.ts';
import { CallError, useClient } from '../api/index.ts';
import { fakeClient } from '../testing/fake-lab.ts';
import { epoch, step, study, trial } from '../testing/samples.ts';
import { useLab } from './lab.ts';
import { usePlan } from './plan.ts';
import { useStudies } from './studies.ts';

beforeEach(() => setActivePinia(createPinia()));

describe('lab', () => {
  const task = (state: Task['state']): Task => ({
    id: 't',
    kind: 'index',
    phase: 'index.names',
    done: 0,
    total: 0,
    secondsLeft: null,
    state,
    error: null,
  });

  it('resolves when a task ends, whether its end is heard before or after asking', async () => {
    const lab = useLab();
    lab.hear({ type: 'task', task: task('running') });
    expect(lab.tasks.get('t')).toMatchObject({ state: 'running' });
    const ended = lab.ended('t');
    lab.hear({ type: 'task', task: task('cancelled') });
    await expect(ended).resolves.toMatchObject({ state: 'cancelled' });
    await expect(lab.ended('t')).resolves.toMatchObject({ state: 'cancelled' });
  });

  it('follows the open project', () => {
    const lab = useLab();
    lab.hear({
      type: 'project',
      project: { name: 'P', folder: '/P', dataset: null, synthetic: false, readOnly: false, dataAway: false },
    });
    expect(lab.project?.name).toBe('P');
    lab.hear({ type: 'project', project: null });
    expect(lab.project).toBeNull();
  });
});

describe('studies', () => {
  it('are not said to be none before they are known', async () => {
    useClient(fakeClient({ 'studies.list': () => [] }));
    const studies = useStudies();
    expect(studies.isLoaded).toBe(false);
    await studies.load();
    expect(studies.isLoaded).toBe(true);
    studies.clear();
    expect(studies.isLoaded).toBe(false);
  });

  it('takes new and changed studies, and forgets the live state of trials that ended', () => {
    const studies = useStudies();
    studies.hear({ type: 'study', study: study([trial({ state: 'running' })]) });
    studies.hear({ type: 'trial', trial: trial().id, message: step() });
    expect(studies.runningTrial?.id).toBe(trial().id);
    expect(studies.live.get(trial().id)?.step?.loss).toBe(0.7);
    studies.hear({ type: 'study', study: study([trial({ state: 'finished' })]) });
    expect(studies.studies).toHaveLength(1);
    expect(studies.runningTrial).toBeNull();
    expect(studies.live.size).toBe(0);
  });

  it('adds epochs to a loaded history, and a repeated epoch once', async () => {
    useClient(fakeClient({ 'trials.history': () => [epoch(), epoch({ epoch: 1 })] }));
    const studies = useStudies();
    await studies.loadHistory('x');
    studies.hear({ type: 'trial', trial: 'x', message: { type: 'epoch', row: epoch({ epoch: 1, trainLoss: 0.1 }) } });
    studies.hear({ type: 'trial', trial: 'x', message: { type: 'epoch', row: epoch({ epoch: 2 }) } });
    expect(studies.histories.get('x')!.map((row) => row.epoch)).toEqual([0, 1, 2]);
    expect(studies.histories.get('x')![1].trainLoss).toBe(0.1);
  });
});

describe('plan', () => {
  const plan = (change: Partial<Plan> = {}) =>
    ({ name: 'Demo', protocol: 'quick', models: ['resnet18'], training: { epochs: 8 }, ...change }) as Plan;
  const check = {
    trials: 1,
    seconds: 1,
    diskBytes: 1,
    models: [],
    others: [],
    offers: [],
    evidence: [],
    problems: [],
    warnings: [],
  };
  const preset = () => plan({ name: 'preset' });
  const drafts = { 'plans.draft': () => ({ draft: null }), 'plans.keepDraft': () => ({}) };

  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it('opens the plan "Demo" first, else the newest, else begins with a preset', async () => {
    const saved = (names: string[]) => names.map((name) => ({ name, modifiedAt: '' }));
    const open = ({ name }: { name: string }) => plan({ name });
    const answers = { ...drafts, 'plans.open': open, 'plans.preset': preset, 'plans.check': () => check };
    for (const [names, expected] of [
      [['B', 'Demo'], 'Demo'],
      [['B', 'A'], 'B'],
      [[], 'preset'],
    ] as const) {
      setActivePinia(createPinia());
      useClient(fakeClient({ ...answers, 'plans.list': () => saved([...names]) }));
      await usePlan().load();
      expect(usePlan().draft!.name).toBe(expected);
    }
  });

  it('checks a changed draft once it rests, and keeps it for a reload', async () => {
    let draft: Record<string, unknown> | null = null;
    const client = fakeClient({
      'plans.draft': () => ({ draft }),
      'plans.keepDraft': (input) => {
        draft = JSON.parse(JSON.stringify(input.draft)) as Record<string, unknown>;
        return {};
      },
      'plans.list': () => [],
      'plans.preset': preset,
      'plans.check': () => check,
      'plans.open': () => plan(),
    });
    useClient(client);
    const store = usePlan();
    await store.load();
    for (const epochs of [1, 2, 3]) {
      store.draft!.training.epochs = epochs;
      await nextTick();
    }
    expect(client.calls).not.toContain('plans.check');
    await vi.advanceTimersByTimeAsync(300);
    expect(client.calls.filter((name) => name === 'plans.check')).toHaveLength(1);
    expect(store.check).toEqual(check);

    setActivePinia(createPinia());
    await usePlan().load();
    expect(usePlan().draft!.training.epochs).toBe(3);
  });

  it('keeps the changes of a plan that was opened by name, too', async () => {
    const kept: unknown[] = [];
    const keepDraft = ({ draft }: { draft: Record<string, unknown> }) => (kept.push(draft.name), {});
    const answers = { 'plans.keepDraft': keepDraft, 'plans.list': () => [], 'plans.preset': preset, 'plans.check': () => check };
    useClient(fakeClient({ ...answers, 'plans.open': () => plan() }));
    const store = usePlan();
    await store.open('Demo'); // as after demo tissue was drawn, which may come before the project's own draft is asked for
    store.draft!.name = 'Quick look';
    await vi.advanceTimersByTimeAsync(0);
    expect(kept.at(-1)).toBe('Quick look');
  });

  it('turns a refused check into problems of fields', async () => {
    const refuse = () => {
      throw new CallError('bad-input', 'call plans.check', {
        issues: [{ field: 'plan.seeds', message: 'a seed is listed twice' }],
      });
    };
    useClient(fakeClient({ ...drafts, 'plans.list': () => [], 'plans.preset': preset, 'plans.check': refuse }));
    const store = usePlan();
    await store.load();
    await store.ask();
    expect(store.problems).toEqual([{ field: 'seeds', message: 'a seed is listed twice' }]);
  });

  it('undoes a preset', async () => {
    useClient(
      fakeClient({
        ...drafts,
        'plans.list': () => [],
        'plans.preset': ({ preset: p, name }) => plan({ protocol: p, name }),
        'plans.check': () => check,
      }),
    );
    const store = usePlan();
    await store.load();
    store.draft!.training.epochs = 77;
    await store.applyPreset('paper');
    expect(store.draft!.training.epochs).toBe(8);
    store.undo();
    expect(store.draft!.training.epochs).toBe(77);
  });
});
