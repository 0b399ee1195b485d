import { EventEmitter } from 'node:events';
import type { App, PowerMonitor } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { closeLabBeforeQuit, QUIT_QUESTION } from '../../../main/app/quit.ts';

const KEEP_GOING = QUIT_QUESTION.buttons!.indexOf('Keep Going');
const STOP = QUIT_QUESTION.buttons!.indexOf('Stop Now and Resume Later');

/** Electron's quit(): asks the listeners of before-quit; the app has ended when none prevents it. */
class FakeApp extends EventEmitter {
  ended = false;
  quit = () => {
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    this.ended = !prevented;
  };
}

function running(isRunning: boolean, answers: number[] = [], closeLab = vi.fn(async () => {})) {
  const app = new FakeApp();
  const powerMonitor = new EventEmitter();
  const ask = vi.fn(async () => answers.shift()!);
  const quit = closeLabBeforeQuit({
    app: app as unknown as App,
    powerMonitor: powerMonitor as unknown as PowerMonitor,
    isRunning: () => isRunning,
    ask,
    closeLab,
  });
  return { app, powerMonitor, ask, closeLab, quit };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('quitting', () => {
  it('closes the lab without a question when nothing runs', async () => {
    const { app, ask, closeLab, quit } = running(false);
    app.quit();
    expect(app.ended).toBe(false); // not before the lab is closed
    await settled();
    expect(ask).not.toHaveBeenCalled();
    expect(closeLab).toHaveBeenCalledOnce();
    expect(app.ended).toBe(true);
    expect(quit.quitting).toBe(true);
  });

  it('keeps going when the user says so, and asks again the next time', async () => {
    const { app, ask, closeLab, quit } = running(true, [KEEP_GOING, STOP]);
    app.quit();
    await settled();
    expect(app.ended).toBe(false);
    expect(closeLab).not.toHaveBeenCalled();
    expect(quit.quitting).toBe(false);
    app.quit();
    await settled();
    expect(ask).toHaveBeenCalledTimes(2);
    expect(closeLab).toHaveBeenCalledOnce();
    expect(app.ended).toBe(true);
  });

  it('asks once however often it is told to quit', async () => {
    const { app, ask, closeLab } = running(true, [STOP]);
    app.quit();
    app.quit();
    await settled();
    expect(ask).toHaveBeenCalledOnce();
    expect(closeLab).toHaveBeenCalledOnce();
  });

  it('keeps going when the question is closed', () => {
    expect(QUIT_QUESTION.cancelId).toBe(KEEP_GOING);
    expect(QUIT_QUESTION.defaultId).toBe(KEEP_GOING);
  });

  it('ends even when the lab cannot be closed', async () => {
    const { app } = running(
      false,
      [],
      vi.fn(async () => {
        throw new Error('disk full');
      }),
    );
    app.quit();
    await settled();
    expect(app.ended).toBe(true);
  });

  it('does not wait for an answer when the machine shuts down', async () => {
    const { app, powerMonitor, ask, closeLab } = running(true);
    ask.mockReturnValue(new Promise(() => {}));
    app.quit();
    const event = { preventDefault: vi.fn() };
    powerMonitor.emit('shutdown', event);
    await settled();
    expect(event.preventDefault).toHaveBeenCalled();
    expect(closeLab).toHaveBeenCalledOnce();
    expect(app.ended).toBe(true);
  });
});
