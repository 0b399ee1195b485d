import type { MenuItemConstructorOptions } from 'electron';
import type { Commands, Screen } from './commands.ts';

export interface MenuState {
  readonly hasProject: boolean;
  readonly running: boolean;
  readonly recent: readonly { readonly name: string; readonly folder: string; readonly exists: boolean }[];
}

const SCREENS: readonly [Screen, string][] = [
  ['start', 'Start'],
  ['data', 'Data'],
  ['plan', 'Plan'],
  ['run', 'Run'],
  ['results', 'Results'],
];

/** The application menu: roles where Electron has them, commands of the lab elsewhere. */
export function menuTemplate(
  commands: Commands,
  { hasProject, running, recent }: MenuState,
  platform: NodeJS.Platform = process.platform,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const separator = { type: 'separator' } as const;
  const settings: MenuItemConstructorOptions = {
    label: 'Settings',
    accelerator: 'CmdOrCtrl+,',
    click: () => commands.show('settings'),
  };
  const application: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      settings,
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
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      { label: '&New Project…', accelerator: 'CmdOrCtrl+N', click: () => void commands.newProject() },
      { label: '&Open Project…', accelerator: 'CmdOrCtrl+O', click: () => void commands.openProject() },
      { label: 'Open &Recent', submenu: recentItems(commands, recent) },
      { label: 'Try with &Demo Tissue', click: () => void commands.openDemo() },
      separator,
      {
        label: '&Index a Folder…',
        accelerator: 'CmdOrCtrl+I',
        enabled: hasProject,
        click: () => void commands.indexFolder(),
      },
      {
        label: '&Close Project',
        accelerator: 'CmdOrCtrl+Shift+W',
        enabled: hasProject,
        click: () => void commands.closeProject(),
      },
      separator,
      mac ? { role: 'close' } : { role: 'quit' },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: '&View',
    submenu: [
      ...SCREENS.map(([screen, label], i) => ({
        label,
        accelerator: `CmdOrCtrl+${i + 1}`,
        enabled: hasProject || screen === 'start',
        click: () => commands.show(screen),
      })),
      ...(mac ? [] : [settings]),
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
  const study: MenuItemConstructorOptions = {
    label: '&Study',
    submenu: [
      {
        label: '&Pause Running Trials',
        accelerator: 'CmdOrCtrl+.',
        enabled: running,
        click: () => void commands.pauseStudies(),
      },
    ],
  };
  const help: MenuItemConstructorOptions = { role: 'help', submenu: [{ role: 'about' }] };
  return [...(mac ? [application] : []), file, { role: 'editMenu' }, view, study, { role: 'windowMenu' }, ...(mac ? [] : [help])];
}

function recentItems(commands: Commands, recent: MenuState['recent']): MenuItemConstructorOptions[] {
  const known = recent.filter(({ exists }) => exists);
  if (known.length === 0) return [{ label: 'None', enabled: false }];
  return known.map(({ name, folder }) => ({
    label: name.replaceAll('&', '&&'),
    sublabel: folder,
    click: () => void commands.openProject(folder),
  }));
}
