import { EventEmitter } from 'node:events';
import type { BrowserWindow, NativeTheme } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { createMainWindow } from '../../../main/app/window.ts';
import { MIN_SIZE, restoreWindowState, type WindowState } from '../../../main/app/window-state.ts';

const display = { workArea: { x: 0, y: 25, width: 1920, height: 1055 } };
const restore = (state: object, displays = [display]) =>
  restoreWindowState({ read: () => state as Partial<WindowState> }, displays);

describe('window state', () => {
  it('is restored where it was', () => {
    const state = { x: 100, y: 80, width: 1200, height: 800, maximized: true };
    expect(restore(state)).toEqual(state);
  });

  it.each([
    ['left of every display', { x: -1190, y: 80 }],
    ['below', { x: 100, y: 1070 }],
    ['above, title out of reach', { x: 100, y: -200 }],
    ['on a display that was taken away', { x: 2500, y: 100 }],
    ['nowhere', { x: null, y: 'top' }],
  ])('keeps its size, but not a place %s', (_where, place) => {
    expect(restore({ ...place, width: 1200, height: 800, maximized: false })).toEqual({
      width: 1200,
      height: 800,
      maximized: false,
    });
  });

  it.each([{}, { width: 'wide', height: 3 }, { width: NaN, height: NaN }])('has a first size: %j', (state) => {
    expect(restore(state)).toEqual({ width: 1320, height: 860, maximized: false });
  });

  it('is never too small', () => {
    expect(restore({ width: 1, height: 1 })).toEqual({ ...MIN_SIZE, maximized: false });
  });
});

class FakeWindow extends EventEmitter {
  readonly webContents = Object.assign(new EventEmitter(), { reload: vi.fn() });
  readonly show = vi.fn();
  readonly focus = vi.fn();
  readonly restore = vi.fn();
  readonly maximize = vi.fn();
  readonly setBackgroundColor = vi.fn();
  readonly loadURL = vi.fn(async () => {});
  isMinimized = () => true;
  isMaximized = () => true;
  getNormalBounds = () => ({ x: 1, y: 2, width: 1000, height: 700 });
}

function opened() {
  const windows: FakeWindow[] = [];
  const create = vi.fn(() => {
    windows.push(new FakeWindow());
    return windows.at(-1) as unknown as BrowserWindow;
  });
  const theme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false });
  const write = vi.fn();
  const main = createMainWindow({
    create,
    displays: () => [display],
    theme: theme as unknown as NativeTheme,
    state: { read: () => ({}), write },
    preload: '/preload.cjs',
    onCreate: vi.fn(),
  });
  main.show();
  return { main, windows, create, theme, write };
}

describe('the window', () => {
  it('is shown when it is drawn, on the ground of the theme', () => {
    const { windows, create, theme } = opened();
    expect(create).toHaveBeenCalledWith(expect.objectContaining({ show: false, backgroundColor: '#f6f4f9' }));
    expect(windows[0].show).not.toHaveBeenCalled();
    windows[0].emit('ready-to-show');
    expect(windows[0].show).toHaveBeenCalledOnce();
    expect(windows[0].loadURL).toHaveBeenCalledWith('app://lab/');
    theme.shouldUseDarkColors = true;
    theme.emit('updated');
    expect(windows[0].setBackgroundColor).toHaveBeenCalledWith('#131019');
  });

  it('is one: a second show brings it to the front, and opens another when it was closed', () => {
    const { main, windows, theme, write } = opened();
    main.show();
    expect(windows).toHaveLength(1);
    expect(windows[0].restore).toHaveBeenCalled();
    expect(windows[0].focus).toHaveBeenCalled();
    windows[0].emit('close');
    expect(write).toHaveBeenCalledWith({ x: 1, y: 2, width: 1000, height: 700, maximized: true });
    windows[0].emit('closed');
    expect(main.current).toBeNull();
    expect(theme.listenerCount('updated')).toBe(0);
    main.show();
    expect(windows).toHaveLength(2);
  });

  it('is loaded again when its page crashes, but not over and over', () => {
    const { windows } = opened();
    windows[0].webContents.emit('render-process-gone');
    windows[0].webContents.emit('render-process-gone');
    expect(windows[0].webContents.reload).toHaveBeenCalledOnce();
  });
});
