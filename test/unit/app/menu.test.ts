import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { watchActivity } from '../../../main/app/activity.ts';
import type { Commands } from '../../../main/app/commands.ts';
import { keepMenu } from '../../../main/app/keep-menu.ts';
import { menuTemplate } from '../../../main/app/menu.ts';
import type { LabServices } from '../../../shared/contract/api.ts';
import * as lists from '../../../shared/contract/commands.ts';
import { screens } from '../../../shared/contract/screens.ts';
import { fakeLab, project, study } from '../../helpers/studies.ts';

const commands = {
  newProject: vi.fn(),
  openProject: vi.fn(),
  closeProject: vi.fn(),
  openFinishedDemo: vi.fn(),
  openDemo: vi.fn(),
  indexFolder: vi.fn(),
  pauseStudies: vi.fn(),
  show: vi.fn(),
} satisfies Commands;

const empty = { hasProject: false, running: false, recent: [] };

function flat(items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
}
const find = (items: MenuItemConstructorOptions[], label: RegExp) => flat(items).find((item) => label.test(item.label ?? ''))!;
const press = (item: MenuItemConstructorOptions) => (item.click as () => void)();

describe('the menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('has roles, and an accelerator only once (%s)', (platform) => {
    const items = flat(menuTemplate(commands, { ...empty, hasProject: true }, platform));
    const roles = items.map(({ role }) => role);
    for (const role of ['editMenu', 'windowMenu', 'quit', 'about', 'zoomIn', 'togglefullscreen'] as const)
      expect(roles).toContain(role);
    expect(roles.includes('appMenu')).toBe(platform === 'darwin');
    const accelerators = items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(accelerators).size).toBe(accelerators.length);
    expect(items.filter(({ label }) => label === 'Settings')).toHaveLength(1);
    for (const item of items) if (item.click) expect(item.label).toBeTruthy();
  });

  it.each(['linux', 'darwin'] as const)(
    'has every command and every screen of the lists, once, in their order (%s)',
    (platform) => {
      const items = flat(menuTemplate(commands, { ...empty, hasProject: true, running: true }, platform)).filter(({ id }) => id);
      const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);
      const known = new Set(ids(lists.commands));
      const [does, shows] = [items.filter(({ id }) => known.has(id!)), items.filter(({ id }) => !known.has(id!))];
      expect(does.map(({ id }) => id)).toEqual(ids(lists.commands));
      expect(shows.map(({ id }) => id).sort()).toEqual(ids(screens).sort());
      for (const { id, accelerator, label } of items) {
        const { shortcut } = [...lists.commands, ...screens].find((one) => one.id === id)! as { shortcut?: string };
        expect(accelerator, id).toBe(shortcut?.replace('Mod', 'CmdOrCtrl'));
        expect(label, id).toBeTruthy();
      }
      for (const item of items) press(item);
      for (const { id } of lists.commands) expect(commands[id], id).toHaveBeenCalled();
      for (const { id } of screens) expect(commands.show).toHaveBeenCalledWith(id);
    },
  );

  it('offers what can be done now', () => {
    const without = menuTemplate(commands, empty, 'linux');
    expect(find(without, /Read a/).enabled).toBe(false);
    expect(find(without, /^Results$/).enabled).toBe(false);
    expect(find(without, /^Start$/).enabled).toBe(true);
    expect(find(without, /Pause/).enabled).toBe(false);
    const during = menuTemplate(commands, { hasProject: true, running: true, recent: [] }, 'linux');
    expect(find(during, /Read a/).enabled).toBe(true);
    expect(find(during, /Pause/).enabled).toBe(true);
  });

  it('lists recent projects that exist', () => {
    const recent = [
      { name: 'H&E', folder: '/p/H&E.magnilab', exists: true },
      { name: 'Gone', folder: '/p/Gone.magnilab', exists: false },
    ];
    const items = menuTemplate(commands, { ...empty, recent }, 'linux');
    press(find(items, /^H&&E$/));
    expect(commands.openProject).toHaveBeenCalledWith('/p/H&E.magnilab');
    expect(find(items, /Gone/)).toBeUndefined();
  });

  it('shows the screens', () => {
    press(find(menuTemplate(commands, { ...empty, hasProject: true }, 'linux'), /^Results$/));
    expect(commands.show).toHaveBeenCalledWith('results');
  });

  it('follows the lab, and tells the system of recent documents', async () => {
    const lab = { ...fakeLab(), services: { 'projects.recent': async () => [] } as unknown as LabServices };
    const menus: MenuItemConstructorOptions[][] = [];
    const app = { addRecentDocument: vi.fn() };
    keepMenu(lab, watchActivity(lab), commands, app, (template) => menus.push(template));
    await vi.waitFor(() => expect(menus).toHaveLength(1));
    lab.emit(project('Demo'));
    await vi.waitFor(() => expect(menus).toHaveLength(2));
    expect(find(menus[1], /Read a/).enabled).toBe(true);
    expect(app.addRecentDocument).toHaveBeenCalledExactlyOnceWith('/projects/Demo.magnilab');
    lab.emit(study('A', 'running', 'running'));
    lab.emit(study('A', 'running', 'running 5'));
    await vi.waitFor(() => expect(menus).toHaveLength(3));
    expect(find(menus[2], /Pause/).enabled).toBe(true);
  });
});
