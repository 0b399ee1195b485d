import type { MenuItemConstructorOptions } from 'electron';
import { commands, type CommandState, isEnabled } from '../../shared/contract/commands.ts';
import { type Screen, screens } from '../../shared/contract/screens.ts';
import { text } from '../../shared/texts/text.ts';
import type { Commands } from './commands.ts';

export interface MenuState extends CommandState {
  readonly recent: readonly { readonly name: string; readonly folder: string; readonly exists: boolean }[];
}

const separator = { type: 'separator' } as const;

/** The application menu: roles where Electron has them, the lab's commands and screens elsewhere. */
export function menuTemplate(
  does: Commands,
  state: MenuState,
  platform: NodeJS.Platform = process.platform,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const [top, bottom] = (['top', 'bottom'] as const).map((place) =>
    screens.filter((screen) => screen.place === place).map((screen) => screenItem(screen, does, state)),
  );
  const application: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      ...bottom,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
  const recent = { label: text('menu.recent'), submenu: recentItems(does, state.recent) };
  const [projects, ...rest] = groupsOf('file', does, state);
  const file: MenuItemConstructorOptions = {
    label: text('menu.file'),
    submenu: withLines([[...projects, recent], ...rest, [mac ? { role: 'close' } : { role: 'quit' }]]),
  };
  const view: MenuItemConstructorOptions = {
    label: text('menu.view'),
    submenu: [
      ...top,
      ...(mac ? [] : bottom),
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      separator,
      { role: 'reload' },
      { role: 'toggleDevTools' },
    ],
  };
  const study: MenuItemConstructorOptions = { label: text('menu.study'), submenu: withLines(groupsOf('study', does, state)) };
  const help: MenuItemConstructorOptions = { role: 'help', submenu: [{ role: 'about' }] };
  return [...(mac ? [application] : []), file, { role: 'editMenu' }, view, study, { role: 'windowMenu' }, ...(mac ? [] : [help])];
}

function screenItem({ id, shortcut, needsProject }: Screen, does: Commands, state: CommandState): MenuItemConstructorOptions {
  return {
    id,
    label: text(`screens.${id}`),
    accelerator: acceleratorOf(shortcut),
    enabled: isEnabled(needsProject ? 'project' : 'always', state),
    click: () => does.show(id),
  };
}

/** The items of one menu, by group. */
function groupsOf(menu: (typeof commands)[number]['menu'], does: Commands, state: CommandState): MenuItemConstructorOptions[][] {
  const own = commands.filter((command) => command.menu === menu);
  return [...Map.groupBy(own, ({ group }) => group).values()].map((group) =>
    group.map((command) => ({
      id: command.id,
      label: text(`commands.${command.id}`),
      ...('shortcut' in command && { accelerator: acceleratorOf(command.shortcut) }),
      enabled: isEnabled(command.enabledWhen, state),
      click: () => void does[command.id](),
    })),
  );
}

function withLines(groups: readonly MenuItemConstructorOptions[][]): MenuItemConstructorOptions[] {
  return groups.flatMap((group, i) => (i === 0 ? group : [separator, ...group]));
}

function acceleratorOf(shortcut: string): string {
  return shortcut.replace('Mod', 'CmdOrCtrl');
}

function recentItems(does: Commands, recent: MenuState['recent']): MenuItemConstructorOptions[] {
  const known = recent.filter(({ exists }) => exists);
  if (known.length === 0) return [{ label: text('menu.noRecent'), enabled: false }];
  return known.map(({ name, folder }) => ({
    label: name.replaceAll('&', '&&'),
    sublabel: folder,
    click: () => void does.openProject(folder),
  }));
}
