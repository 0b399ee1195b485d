import ora, { type Ora } from 'ora';
import { LabError, toEnvelope } from '../../shared/contract/errors.ts';
import type { TaskPhase } from '../../shared/contract/system.ts';
import { text } from '../../shared/texts/text.ts';
import { Throttle } from '../platform/throttle.ts';

/** Prints a value as JSON on stdout: the one thing that scripts read. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Progress and logs go to stderr. */
export function log(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** 1: the work failed; 2: bad usage or bad input. */
export function exitCodeOf(error: unknown): 1 | 2 {
  const usage = ['bad-input', 'not-found', 'already-exists', 'outside-folder', 'leak', 'damaged-file'];
  return usage.includes(toEnvelope(error).code) ? 2 : 1;
}

/** Prints an error for people, or as JSON with --json. */
export function printError(error: unknown, json: boolean): void {
  const envelope = toEnvelope(error);
  if (json) printJson({ error: envelope });
  log(`magnilab: ${envelope.message}`);
  if (envelope.code === 'internal' && error instanceof Error && !(error instanceof LabError)) log(error.stack ?? '');
}

/** 95 -> "1 min 35 s" */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const PLAIN_INTERVAL_MS = 5000;

/** Progress of long work: a moving line on a terminal, a plain line now and then elsewhere. */
export class Progress {
  private readonly spinner: Ora | null;
  private readonly plain = new Throttle(PLAIN_INTERVAL_MS);
  private lastPhase = '';

  constructor() {
    this.spinner = process.stderr.isTTY ? ora({ stream: process.stderr, discardStdin: false }).start() : null;
  }

  /** @param phase what is being done @param total 0 when not known @param secondsLeft null when not known */
  update(phase: string, done: number, total: number, secondsLeft: number | null, more = ''): void {
    const share = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : '';
    const left = secondsLeft !== null && secondsLeft >= 1 ? `, ${duration(secondsLeft)} left` : '';
    this.line(phase, `${phase}${share}${left}${more ? `, ${more}` : ''}`);
  }

  /** The same for a phase of a task, as the lab reports it. */
  readonly task = (phase: TaskPhase, done: number, total: number, secondsLeft: number | null = null): void =>
    this.update(text(`phases.${phase}`), done, total, secondsLeft);

  /** A line that stays. */
  say(text: string): void {
    if (!this.spinner) return log(text);
    const { text: kept } = this.spinner;
    this.spinner.stopAndPersist({ symbol: ' ', text });
    this.spinner.start(kept);
  }

  end(): void {
    this.spinner?.stop();
  }

  private line(phase: string, text: string): void {
    if (this.spinner) {
      this.spinner.text = text;
      return;
    }
    if (phase !== this.lastPhase) this.plain.restart();
    else if (!this.plain.isDue()) return;
    this.lastPhase = phase;
    log(text);
  }
}
