interface CommandDefinition {
  readonly id: string;
  /** where the desktop's menu has it */
  readonly menu: 'file' | 'study';
  /** within its menu; a line stands between two groups */
  readonly group: number;
  /** in the desktop's menu; "Mod" is Ctrl, on a Mac Cmd */
  readonly shortcut?: string;
  /** offered by the page in a browser too, by this shortcut; browsers keep some for themselves */
  readonly pageShortcut?: string;
  readonly enabledWhen: Condition;
}

/** What must be so before a command can be given. */
export type Condition = 'always' | 'project' | 'running';

/** What can be done from everywhere, in the order of the menu. A command's name is the text `commands.<id>`; screens are commands of their own. */
export const commands = [
  { id: 'newProject', menu: 'file', group: 1, shortcut: 'Mod+N', enabledWhen: 'always' },
  { id: 'openProject', menu: 'file', group: 1, shortcut: 'Mod+O', pageShortcut: 'Mod+O', enabledWhen: 'always' },
  { id: 'openFinishedDemo', menu: 'file', group: 2, enabledWhen: 'always' },
  { id: 'openDemo', menu: 'file', group: 2, enabledWhen: 'always' },
  { id: 'indexFolder', menu: 'file', group: 3, shortcut: 'Mod+I', pageShortcut: 'Mod+I', enabledWhen: 'project' },
  { id: 'closeProject', menu: 'file', group: 3, shortcut: 'Mod+Shift+W', enabledWhen: 'project' },
  { id: 'pauseStudies', menu: 'study', group: 1, shortcut: 'Mod+.', pageShortcut: 'Mod+.', enabledWhen: 'running' },
] as const satisfies readonly CommandDefinition[];
export type CommandId = (typeof commands)[number]['id'];
/** The commands that the page carries out itself. */
export type PageCommandId = Extract<(typeof commands)[number], { pageShortcut: string }>['id'];

/** How the lab stands, as far as commands depend on it. */
export interface CommandState {
  readonly hasProject: boolean;
  readonly running: boolean;
}

export function isEnabled(when: Condition, { hasProject, running }: CommandState): boolean {
  return when === 'always' || (when === 'project' ? hasProject : running);
}
