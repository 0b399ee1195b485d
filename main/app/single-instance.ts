import { resolve } from 'node:path';
import type { App } from 'electron';

/**
 * Makes this the only running Magnilab of the user.
 * @param onSecond called with the arguments of one that was started later, and has ended, and the folder it was started in
 * @returns false when another runs already; this one must end
 */
export function claimSingleInstance(
  app: Pick<App, 'requestSingleInstanceLock' | 'quit' | 'on'>,
  onSecond: (args: readonly string[], folder: string) => void,
): boolean {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  app.on('second-instance', (_event, args, folder) => onSecond(args, folder));
  return true;
}

/** A project folder among command-line arguments, absolute. @param from the folder that they were given in */
export function projectArgument(args: readonly string[], from: string): string | null {
  const found = args.slice(1).find((arg) => !arg.startsWith('-') && /\.magnilab[\\/]?$/.test(arg));
  return found === undefined ? null : resolve(from, found);
}
