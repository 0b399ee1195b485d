interface ScreenDefinition {
  readonly id: string;
  /** within the page's address, after "#" */
  readonly path: string;
  /** shows something of the open project */
  readonly needsProject: boolean;
  /** in the desktop's menu; "Mod" is Ctrl, on a Mac Cmd */
  readonly shortcut: string;
  /** in a browser, which keeps the menu's shortcut for itself */
  readonly pageShortcut: string;
  /** where the navigation has it */
  readonly place: 'top' | 'bottom';
}

/**
 * The screens of the page, in the order in which menu and navigation have them. A screen's name is the text `screens.<id>`; its
 * view and picture are in renderer/views/<id>.screen.ts.
 */
export const screens = [
  { id: 'start', path: '/', needsProject: false, shortcut: 'Mod+1', pageShortcut: 'Alt+1', place: 'top' },
  { id: 'data', path: '/data', needsProject: true, shortcut: 'Mod+2', pageShortcut: 'Alt+2', place: 'top' },
  { id: 'plan', path: '/plan', needsProject: true, shortcut: 'Mod+3', pageShortcut: 'Alt+3', place: 'top' },
  { id: 'run', path: '/run', needsProject: true, shortcut: 'Mod+4', pageShortcut: 'Alt+4', place: 'top' },
  { id: 'results', path: '/results', needsProject: true, shortcut: 'Mod+5', pageShortcut: 'Alt+5', place: 'top' },
  { id: 'try', path: '/try', needsProject: true, shortcut: 'Mod+6', pageShortcut: 'Alt+6', place: 'top' },
  { id: 'settings', path: '/settings', needsProject: false, shortcut: 'Mod+,', pageShortcut: 'Mod+,', place: 'bottom' },
] as const satisfies readonly ScreenDefinition[];
export type Screen = (typeof screens)[number];
export type ScreenId = Screen['id'];

export function screenOf(id: ScreenId): Screen {
  return screens.find((screen) => screen.id === id)!;
}
