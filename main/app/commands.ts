import { queueOf } from '../../shared/domain/study/queue.ts';
import { basename, dirname, join } from 'node:path';
import type { CallInput, CallName, CallOutput } from '../../shared/contract/api.ts';
import type { CommandId } from '../../shared/contract/commands.ts';
import type { ErrorEnvelope } from '../../shared/contract/errors.ts';
import type { ScreenId } from '../../shared/contract/screens.ts';
import { text } from '../../shared/texts/text.ts';
import { answer } from '../ipc/serve-channel.ts';
import type { Lab } from '../lab/lab.ts';
import type { Choose } from './dialogs.ts';

/** What the menu can do: every command of the list, and showing a screen. */
export interface Commands extends Record<CommandId, () => Promise<void>> {
  openProject(folder?: string): Promise<void>;
  show(screen: ScreenId): void;
}

export interface CommandParts {
  readonly lab: Pick<Lab, 'services'>;
  readonly choose: Choose;
  /** asks for the name and place of a new project: a path, or null */
  readonly askForNew: (defaultPath: string) => Promise<string | null>;
  readonly showScreen: (screen: ScreenId) => void;
  readonly showError: (error: ErrorEnvelope) => void;
  /** asks whether running trials may be stopped */
  readonly mayStop: (message: string) => Promise<boolean>;
}

/** The commands call the same services as the page does, by the same contract; the page hears of it by events. */
export function createCommands({ lab, choose, askForNew, showScreen, showError, mayStop }: CommandParts): Commands {
  async function call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N> | null> {
    const result = await answer(lab.services, name, input);
    if (result.ok) return result.value as CallOutput<N>;
    const { code, message } = result.error;
    if (code === 'trials-running' && (await mayStop(message))) return call(name, { ...input, stop: true });
    if (code !== 'cancelled' && code !== 'trials-running') showError(result.error);
    return null;
  }

  return {
    async newProject() {
      const info = await call('lab.info', {});
      const path = info && (await askForNew(join(info.projectsFolder, `${text('dialogs.myProject')}.magnilab`)));
      if (!path) return;
      const name = basename(path).replace(/\.magnilab$/, '');
      if (await call('projects.create', { name, folder: dirname(path) })) showScreen('data');
    },
    async openProject(folder) {
      const chosen = folder ?? (await choose('project'));
      if (chosen && (await call('projects.open', { folder: chosen }))) showScreen('data');
    },
    async closeProject() {
      if (await call('projects.close', {})) showScreen('start');
    },
    async openFinishedDemo() {
      if (await call('projects.finishedDemo', {})) showScreen('results');
    },
    async openDemo() {
      if (await call('projects.demo', {})) showScreen('start');
    },
    async indexFolder() {
      const folder = await choose('dataset');
      if (folder && (await call('dataset.index', { folder }))) showScreen('data');
    },
    async pauseStudies() {
      const queue = queueOf((await call('studies.list', {})) ?? []);
      for (const { name } of queue.toReversed()) await call('studies.pause', { study: name }); // the last first: none begins meanwhile
    },
    show: showScreen,
  };
}
