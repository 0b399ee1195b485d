import type { BrowserWindow, BrowserWindowConstructorOptions, Display, NativeTheme } from 'electron';
import type { JsonFile } from './json-file.ts';
import { PAGE_URL } from './page-protocol.ts';
import { MIN_SIZE, restoreWindowState, type WindowState } from './window-state.ts';

/** The page's own ground (renderer/styles/tokens.css), so that nothing flashes before it is drawn. */
const GROUND = { light: '#f6f4f9', dark: '#131019' };
const RELOAD_AT_MOST_EVERY_MS = 10_000;

export interface WindowParts {
  create(options: BrowserWindowConstructorOptions): BrowserWindow;
  readonly displays: () => readonly Pick<Display, 'workArea'>[];
  readonly theme: Pick<NativeTheme, 'shouldUseDarkColors' | 'on' | 'off'>;
  readonly state: JsonFile<WindowState>;
  readonly preload: string;
  readonly icon?: string;
  /** called with every new window before it loads */
  readonly onCreate: (window: BrowserWindow) => void;
}

export interface MainWindow {
  /** the window, while there is one */
  readonly current: BrowserWindow | null;
  /** Opens the window, or brings it to the front. */
  show(): void;
}

/** The one window of the app. */
export function createMainWindow(parts: WindowParts): MainWindow {
  let window: BrowserWindow | null = null;
  return {
    get current() {
      return window;
    },
    show() {
      if (window) {
        if (window.isMinimized()) window.restore();
        window.focus();
        return;
      }
      window = openWindow(parts);
      window.on('closed', () => (window = null));
    },
  };
}

function openWindow({ create, displays, theme, state, preload, icon, onCreate }: WindowParts): BrowserWindow {
  const { maximized, ...bounds } = restoreWindowState(state, displays());
  const window = create({ ...bounds, ...windowOptions(theme.shouldUseDarkColors, preload, icon) });
  if (maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () => state.write({ ...window.getNormalBounds(), maximized: window.isMaximized() }));
  window.on('page-title-updated', (event) => event.preventDefault()); // the title is main/app/taskbar.ts's
  const recolour = () => window.setBackgroundColor(theme.shouldUseDarkColors ? GROUND.dark : GROUND.light);
  theme.on('updated', recolour);
  window.on('closed', () => theme.off('updated', recolour));
  let reloadedAt = -Infinity;
  window.webContents.on('render-process-gone', () => {
    if (performance.now() - reloadedAt < RELOAD_AT_MOST_EVERY_MS) return; // it would only crash again
    reloadedAt = performance.now();
    window.webContents.reload(); // the lab lives on in this process: nothing is lost
  });
  onCreate(window);
  void window.loadURL(PAGE_URL);
  return window;
}

/** What every window has: a page in a sandbox, without Node. */
export function windowOptions(dark: boolean, preload: string, icon?: string): BrowserWindowConstructorOptions {
  return {
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: 'Magnilab',
    backgroundColor: dark ? GROUND.dark : GROUND.light,
    ...(icon && { icon }),
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false, // its dictionaries come from the network
    },
  };
}
