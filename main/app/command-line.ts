import { spawn } from 'node:child_process';

/** The commands of main/cli: where only the app's own program is at hand, as in an AppImage, it takes them, too. */
export const COMMANDS = 'demo index study report verify locate predict export models runtime doctor serve help'.split(' ');

/**
 * What is meant for the command line among the arguments of the installed app.
 * @param argv the program, then what it was called with
 * @returns a command and all that follows it; null where a window is to open
 */
export function commandArguments(argv: readonly string[]): readonly string[] | null {
  const args = argv.slice(1);
  const first = args.findIndex((arg) => !arg.startsWith('-'));
  return first !== -1 && COMMANDS.includes(args[first]) ? args.slice(first) : null;
}

/** Runs the command line by this program as plain Node, on the same streams. @returns its exit code */
export function runCommandLine(script: string, args: readonly string[], program = process.execPath): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const child = spawn(program, [script, ...args], { stdio: 'inherit', env });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
