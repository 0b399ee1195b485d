import type { App } from 'electron';

/**
 * Makes this the only running Magnilab of the user.
 * @param onSecond called with the arguments of one that was started later, and has ended
 * @returns false when another runs already; this one must end
 */
export function claimSingleInstance(
  app: Pick<App, 'requestSingleInstanceLock' | 'quit' | 'on'>,
  onSecond: (args: readonly string[]) => void,
): boolean {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  app.on('second-instance', (_event, args) => onSecond(args));
  return true;
}

/** A project folder among command-line arguments. */
export function projectArgument(args: readonly string[]): string | null {
  return args.slice(1).find((arg) => !arg.startsWith('-') && /\.magnilab[\\/]?$/.test(arg)) ?? null;
}
