import type { Rectangle } from 'electron';
import type { JsonFile } from './json-file.ts';

export interface WindowState extends Rectangle {
  readonly maximized: boolean;
}

export const MIN_SIZE = { width: 900, height: 600 };
const FIRST_SIZE = { width: 1320, height: 860 };
/** so much of the title must be on a display for the window to be reached */
const REACHABLE = 80;

/** Where the window was, or a first size without a place when that is not known or on a display that is no longer there. */
export function restoreWindowState(
  file: Pick<JsonFile<WindowState>, 'read'>,
  displays: readonly { readonly workArea: Rectangle }[],
): Partial<Rectangle> & { width: number; height: number; maximized: boolean } {
  const { x, y, width, height, maximized } = file.read();
  const size = { width: atLeast(width, MIN_SIZE.width), height: atLeast(height, MIN_SIZE.height), maximized: maximized === true };
  if (!size.width || !size.height) return { ...FIRST_SIZE, maximized: size.maximized };
  const known = Number.isFinite(x) && Number.isFinite(y);
  const place = { x: x!, y: y! };
  const reachable = known && displays.some(({ workArea }) => titleIsOn(workArea, { ...place, ...size }));
  return reachable ? { ...place, ...size } : size;
}

function atLeast(value: unknown, least: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(least, Math.round(value)) : 0;
}

function titleIsOn(area: Rectangle, { x, y, width }: Omit<Rectangle, 'height'>): boolean {
  const overlap = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return overlap >= REACHABLE && y >= area.y && y <= area.y + area.height - REACHABLE;
}
