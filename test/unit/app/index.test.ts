/** The whole of main/index.ts on a fake Electron: that the parts are put together, and in the right order. */
import type { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const electron = await vi.hoisted(async () => {
  const { EventEmitter: Emitter } = await import('node:events');
  const calls: string[] = [];
  const log = (name: string) => () => void calls.push(name);

  class Contents extends Emitter {
    mainFrame = { url: 'app://lab/', origin: 'app://lab' };
    isDestroyed = () => false;
    setWindowOpenHandler = log('setWindowOpenHandler');
    postMessage = vi.fn();
    executeJavaScript = vi.fn(async () => {});
    reload = vi.fn();
  }
  class Window extends Emitter {
    static all: Window[] = [];
    readonly webContents = new Contents();
    title = '';
    loadURL = async (url: string) => void calls.push(`load ${url}`);
    show = vi.fn();
    setProgressBar = vi.fn();
    setBackgroundColor = vi.fn();
    constructor() {
      super();
      calls.push('window');
      Window.all.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
    setTitle = (title: string) => (this.title = title);
    isMinimized = () => false;
    isMaximized = () => false;
    isFocused = () => true;
    focus = vi.fn();
    getNormalBounds = () => ({ x: 0, y: 0, width: 1000, height: 700 });
  }
  class Port extends Emitter {
    postMessage = vi.fn();
    start = vi.fn();
    close = vi.fn();
  }
  let userData = '';
  const app = Object.assign(new Emitter(), {
    ended: false,
    setPath: (_name: string, path: string) => (userData = path),
    getPath: () => userData,
    getVersion: () => '0.0.0',
    setAppUserModelId: log('setAppUserModelId'),
    setAboutPanelOptions: log('setAboutPanelOptions'),
    enableSandbox: log('enableSandbox'),
    addRecentDocument: vi.fn(),
    requestSingleInstanceLock: () => true,
    whenReady: async () => {
      app.emit('open-file', { preventDefault: log('open-file') }, '/early/A.magnilab'); // macOS: a project that was opened starts the app
      calls.push('ready');
    },
    exit: vi.fn(),
    quit() {
      let prevented = false;
      app.emit('before-quit', { preventDefault: () => (prevented = true) });
      app.ended = !prevented;
    },
  });
  return {
    calls,
    app,
    BrowserWindow: Window,
    MessageChannelMain: class {
      port1 = new Port();
      port2 = new Port();
    },
    dialog: { showErrorBox: vi.fn(), showOpenDialog: vi.fn(), showSaveDialog: vi.fn(), showMessageBox: vi.fn() },
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: vi.fn() },
    nativeTheme: Object.assign(new Emitter(), { shouldUseDarkColors: true }),
    Notification: class {
      static isSupported(): boolean {
        return false;
      }
    },
    powerMonitor: new Emitter(),
    powerSaveBlocker: { start: vi.fn(), stop: vi.fn() },
    protocol: { registerSchemesAsPrivileged: log('scheme'), handle: log('protocol') },
    screen: { getAllDisplays: () => [] },
    session: {
      defaultSession: {
        setPermissionRequestHandler: log('permissions'),
        setPermissionCheckHandler: vi.fn(),
        setDevicePermissionHandler: vi.fn(),
        webRequest: { onBeforeRequest: log('network'), onHeadersReceived: log('headers') },
      },
    },
    shell: { openExternal: vi.fn(), showItemInFolder: vi.fn() },
    utilityProcess: { fork: vi.fn() },
  };
});
vi.mock('electron', () => electron);

/** Opening a project starts a thread; a busy machine takes its time. */
const ANSWER_MS = 30_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'magnilab-index-'));
  process.env.MAGNILAB_STATE = join(folder, 'state');
  process.env.MAGNILAB_PROJECTS = join(folder, 'projects');
  await import('../../../main/index.ts');
  await vi.waitFor(() => expect(electron.calls).toContain('load app://lab/'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A call of the page over the port that it was given last. */
async function call(name: string, input: unknown): Promise<unknown> {
  const id = `${Math.random()}`;
  port.emit('message', { data: { t: 'q', m: 'call', a: [1, name, input], i: id } });
  return vi.waitFor(() => {
    const answer = port.postMessage.mock.calls.map(([m]) => m as { i?: string; r?: unknown }).find(({ i }) => i === id);
    expect(answer).toBeDefined();
    return answer!.r;
  }, ANSWER_MS);
}
let port: EventEmitter & { postMessage: ReturnType<typeof vi.fn> };

describe('the desktop app', () => {
  it('secures itself before the window is opened', () => {
    const { calls } = electron;
    const before = (a: string, b: string) => expect(calls.indexOf(a), `${a} before ${b}`).toBeLessThan(calls.indexOf(b));
    for (const step of ['enableSandbox', 'scheme']) before(step, 'ready');
    for (const step of ['permissions', 'network', 'headers', 'protocol']) before(step, 'window');
    expect(calls).toContain('setWindowOpenHandler');
    expect(electron.app.exit).not.toHaveBeenCalled();
    expect(calls).toContain('load app://lab/');
  });

  it('opens what it was started with, once there is a lab', async () => {
    expect(electron.calls).toContain('open-file');
    const told = expect.stringContaining(join('/early', 'A.magnilab')); // which is not there
    await vi.waitFor(() => expect(electron.dialog.showErrorBox).toHaveBeenCalledWith('Magnilab', told), ANSWER_MS);
  });

  it('connects the page to the lab', async () => {
    const [{ webContents }] = electron.BrowserWindow.all;
    const created = vi.spyOn(electron, 'MessageChannelMain');
    webContents.emit('did-finish-load');
    port = created.mock.results[0].value.port1;
    expect(await call('lab.info', {})).toMatchObject({ ok: true, value: { door: 'desktop', nativeDialogs: true } });
  });

  it('shows the native dialog to the page', async () => {
    electron.dialog.showOpenDialog.mockResolvedValue({ canceled: false, filePaths: [folder] });
    expect(await call('files.choose', { purpose: 'dataset' })).toEqual({ ok: true, value: { path: folder } });
    expect(existsSync(join(folder, 'state', 'desktop', 'folders.json'))).toBe(true);
  });

  it('names the open project in the title', async () => {
    expect(await call('projects.create', { name: 'Lungs', folder })).toMatchObject({ ok: true });
    expect(electron.BrowserWindow.all[0].title).toBe('Lungs - Magnilab');
    expect(existsSync(join(folder, 'Lungs.magnilab', 'lab.owner'))).toBe(true);
    expect(electron.app.addRecentDocument).toHaveBeenCalledWith(join(folder, 'Lungs.magnilab'));
  });

  it('ends with its window, and lets go of the project', async () => {
    const preventDefault = vi.fn();
    electron.BrowserWindow.all[0].emit('close', { preventDefault });
    if (process.platform === 'darwin') return; // there the app outlives its window
    expect(preventDefault).toHaveBeenCalled();
    await vi.waitFor(() => expect(electron.app.ended).toBe(true));
    expect(electron.dialog.showMessageBox).not.toHaveBeenCalled();
    expect(existsSync(join(folder, 'Lungs.magnilab', 'lab.owner'))).toBe(false);
  });
});
