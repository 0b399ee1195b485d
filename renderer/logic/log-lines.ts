import { clock, percent, short } from './format.ts';
import { t } from '../locales/texts.ts';

/** A line of a trial's log.txt as people read it. */
export interface LogLine {
  /** null where the line has none: the output of TensorFlow */
  readonly time: string | null;
  readonly kind: 'said' | 'wrong' | 'output';
  readonly text: string;
}

/** From this level on a record tells of something wrong (pino). */
const WARNING = 40;

interface Entry {
  readonly level: number;
  readonly time: number;
  readonly type?: string;
  readonly msg?: string;
  readonly text?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly row?: Readonly<Record<string, number | null>>;
  readonly device?: string;
  readonly engine?: string;
  readonly tensorflow?: string;
}

/** Records are turned into words; everything else is shown as it stands. */
export function logLines(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const entry = entryOf(line);
      if (!entry) return { time: null, kind: 'output', text: line };
      const time = clock(new Date(entry.time));
      return { time, kind: entry.level >= WARNING ? 'wrong' : 'said', text: wordsOf(entry, line) };
    });
}

function entryOf(line: string): Entry | null {
  if (!line.startsWith('{')) return null;
  try {
    const entry = JSON.parse(line) as Partial<Entry>;
    return typeof entry.level === 'number' && typeof entry.time === 'number' ? (entry as Entry) : null;
  } catch {
    return null; // cut, or no record
  }
}

function wordsOf({ type, msg, text, err, row, device, engine, tensorflow }: Entry, line: string): string {
  if (err) return err.stack ?? err.message ?? line;
  if (type === 'ready') return t('run.log.ready', { device, tensorflow, engine });
  if (type === 'epoch' && row) return epochWords(row);
  return msg ?? text ?? line;
}

function epochWords({ epoch, epochs, trainLoss, validationAccuracy, imagesPerSecond }: NonNullable<Entry['row']>): string {
  return [
    t('run.log.epoch', { epoch: (epoch ?? 0) + 1, epochs, loss: short(trainLoss ?? 0) }),
    ...(validationAccuracy == null ? [] : [t('run.log.validated', { accuracy: percent(validationAccuracy) })]),
    ...(imagesPerSecond == null ? [] : [t('run.log.speed', { speed: Math.round(imagesPerSecond) })]),
  ].join(', ');
}
