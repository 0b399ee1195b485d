import type { App, MessageBoxOptions, PowerMonitor } from 'electron';
import { text } from '../../shared/texts/text.ts';

export interface QuitParts {
  readonly app: Pick<App, 'on' | 'quit'>;
  readonly powerMonitor: Pick<PowerMonitor, 'on'>;
  /** whether trials run */
  readonly isRunning: () => boolean;
  /** shows a question; resolves with the number of the button */
  readonly ask: (question: MessageBoxOptions) => Promise<number>;
  /** ends trials so that they can be resumed, and closes the project */
  readonly closeLab: () => Promise<void>;
}

/** The second button stops. */
export const QUIT_QUESTION: MessageBoxOptions = {
  type: 'question',
  title: 'Magnilab',
  message: text('quit.message'),
  detail: text('quit.detail'),
  buttons: [text('quit.keepGoing'), text('quit.stop')],
  defaultId: 0,
  cancelId: 0,
  noLink: true,
};

/** Before the app ends, asks when trials run, and closes the lab. A machine that shuts down does not wait for an answer. */
export function closeLabBeforeQuit({ app, powerMonitor, isRunning, ask, closeLab }: QuitParts): { readonly quitting: boolean } {
  let state: 'open' | 'asking' | 'closing' | 'closed' = 'open';

  async function close(): Promise<void> {
    if (state === 'closing' || state === 'closed') return;
    state = 'closing';
    await closeLab().catch(() => {}); // trials can be resumed from disk whatever happens here
    state = 'closed';
    app.quit();
  }

  async function askThenClose(): Promise<void> {
    state = 'asking';
    const stop = !isRunning() || (await ask(QUIT_QUESTION)) === 1;
    // by now the system may be shutting down, which closes without an answer
    if ((state as string) !== 'asking') return;
    state = 'open';
    if (stop) await close();
  }

  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'open') void askThenClose();
  });
  powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
    if (state === 'closed') return;
    event?.preventDefault();
    void close();
  });
  return {
    get quitting() {
      return state === 'closed';
    },
  };
}
