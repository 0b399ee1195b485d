import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../shared/contract/commands.ts';
import { screens } from '../../shared/contract/screens.ts';
import { useClient } from '../api/index.ts';
import { matchesShortcut, shortcutText } from '../logic/shortcuts.ts';
import { useLab } from '../stores/lab.ts';
import { useStudies } from '../stores/studies.ts';
import { fakeClient } from '../testing/fake-lab.ts';
import { study, trial } from '../testing/samples.ts';
import { t } from '../locales/texts.ts';
import AppCommands from './AppCommands.vue';
import AppNavigation from './AppNavigation.vue';
import { router } from './router.ts';

const project = { name: 'P', folder: '/P', dataset: null, synthetic: false, readOnly: false, dataAway: false };
const info = { version: '1', releases: null, door: 'browser' as const, nativeDialogs: false, projectsFolder: '/', project: null };
const global = { plugins: [router] };

beforeEach(() => {
  setActivePinia(createPinia());
  useLab().info = info;
});

function press(init: KeyboardEventInit): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  document.body.dispatchEvent(event);
  return event;
}

describe('screens', () => {
  it('have a route each, and a view that can be loaded', { timeout: 60_000 }, async () => {
    const named = router.getRoutes().filter(({ name }) => name !== undefined);
    expect(named.map(({ name, path }) => [name, path])).toEqual(screens.map(({ id, path }) => [id, path]));
    for (const { components } of named) await expect((components!.default as () => Promise<unknown>)()).resolves.toBeTruthy();
  });

  it('stand in the navigation in the order of the list; those of a project are links when one is open', async () => {
    const navigation = mount(AppNavigation, { global });
    const names = screens.map(({ id }) => t(`screens.${id}`));
    expect(navigation.findAll('li').map((item) => item.text())).toEqual(names);
    const links = () => navigation.findAll('li a').map((link) => link.attributes('href'));
    expect(links()).toEqual(screens.filter((s) => !s.needsProject).map(({ path }) => `#${path}`));
    useLab().project = project;
    await flushPromises();
    expect(links()).toEqual(screens.map(({ path }) => `#${path}`));
  });
});

describe('the keyboard', () => {
  it('has no shortcut twice', () => {
    const all = [...screens, ...commands];
    for (const keys of [
      all.flatMap((one) => ('shortcut' in one ? one.shortcut : [])),
      all.flatMap((one) => ('pageShortcut' in one ? one.pageShortcut : [])),
    ])
      expect(new Set(keys).size).toBe(keys.length);
  });

  it('matches and names shortcuts by the system', () => {
    const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
    expect(matchesShortcut('Mod+I', { ...none, key: 'i', code: 'KeyI', ctrlKey: true }, false)).toBe(true);
    expect(matchesShortcut('Mod+I', { ...none, key: 'i', code: 'KeyI', ctrlKey: true }, true)).toBe(false);
    expect(matchesShortcut('Mod+I', { ...none, key: 'I', code: 'KeyI', ctrlKey: true, shiftKey: true }, false)).toBe(false);
    expect(matchesShortcut('Alt+2', { ...none, key: '™', code: 'Digit2', altKey: true }, true)).toBe(true);
    expect([shortcutText('Mod+Shift+W', false), shortcutText('Alt+2', true)]).toEqual(['Ctrl+Shift+W', '⌥2']);
  });

  it('shows every screen that can be shown, and only in a browser', async () => {
    const keys = mount(AppCommands, { global });
    await router.push('/settings');
    const open = async (n: number) => {
      press({ key: String(n), code: `Digit${n}`, altKey: true });
      await flushPromises();
      return router.currentRoute.value.name;
    };
    expect(await open(2)).toBe('settings'); // no project is open
    expect(await open(1)).toBe('start');
    useLab().project = project;
    const top = screens.filter((s) => s.place === 'top');
    for (const [i, { id }] of top.entries()) expect(await open(i + 1)).toBe(id);
    useLab().info = { ...info, door: 'desktop' }; // its menu listens there
    expect(await open(1)).toBe(top.at(-1)!.id);
    keys.unmount();
  });

  it('pauses what runs, and leaves the keys of text fields alone', async () => {
    const client = fakeClient({ 'studies.pause': () => ({ ...study([trial()]), state: 'paused' }) });
    useClient(client);
    const keys = mount(AppCommands, { global });
    const studies = useStudies();
    expect(press({ key: '.', ctrlKey: true }).defaultPrevented).toBe(true);
    expect(client.calls).toEqual([]); // nothing runs
    studies.take(study([trial({ state: 'running' })], { queue: { place: 0, after: null } }));
    const field = document.body.appendChild(document.createElement('input'));
    field.dispatchEvent(new KeyboardEvent('keydown', { key: '.', ctrlKey: true, bubbles: true }));
    expect(client.calls).toEqual([]);
    press({ key: '.', ctrlKey: true });
    await flushPromises();
    expect(client.calls).toEqual(['studies.pause']);
    keys.unmount();
    field.remove();
  });
});
