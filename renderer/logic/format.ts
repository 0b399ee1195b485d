import type { TrainSet } from '../../shared/domain/study/train-set.ts';
import { type View, viewName } from '../../shared/domain/study/view.ts';
import { messages, spoken, t } from '../locales/texts.ts';

/** Numbers as people read them; all with a point as the decimal mark, so that they match the exported files. */

/** 0.9172 -> "91.7"; null -> "–" */
export function percent(value: number | null, digits = 1): string {
  return value === null ? '–' : (100 * value).toFixed(digits);
}

/** -0.0312 -> "−3.1", 0.02 -> "+2.0" */
export function signedPercent(value: number | null, digits = 1): string {
  if (value === null) return '–';
  const text = Math.abs(100 * value).toFixed(digits);
  if (Number(text) === 0) return (0).toFixed(digits);
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** 11177538 -> "11 177 538", with thin spaces */
export function integer(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** 11177538 -> "11.2 M" */
export function compact(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (value >= 1e4) return `${Math.round(value / 1e3)} k`;
  return integer(value);
}

/** 1.5e9 -> "1.5 GB" (powers of ten) */
export function bytes(value: number): string {
  if (value >= 1e12) return `${(value / 1e12).toFixed(1)} TB`;
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} GB`;
  if (value >= 1e6) return `${Math.round(value / 1e6)} MB`;
  if (value >= 1e3) return `${Math.round(value / 1e3)} kB`;
  return `${Math.round(value)} B`;
}

/** 95 -> "1 min 35 s"; 7300 -> "2 h 1 min"; 0.2 -> "< 1 s" */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return '<\u00a01\u00a0s'; // stays on one line
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return minutes < 10 && whole % 60 > 0 ? `${minutes} min ${whole % 60} s` : `${Math.round(whole / 60)} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}

/** 0.05 -> "0.05", 0.00002 -> "2e-5", 0.123456 -> "0.1235" */
export function short(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}

/** 40 -> "40×" */
export function times(magnification: number): string {
  return `${magnification}×`;
}

/** English is written as in Britain: days before months, 24 hours. */
function locale(): string {
  return spoken() === 'en' ? 'en-GB' : spoken();
}

/** "14:05:09" */
export function clock(time: Date): string {
  return time.toLocaleTimeString(locale());
}

/** "2026-11-20T10:00:00Z" -> "20 Nov 2026, 10:00" in the reader's time zone */
export function dateTime(iso: string): string {
  return new Date(iso).toLocaleString(locale(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** "40×", "all but 40×", "pooled" */
export function trainSetText(set: TrainSet): string {
  if (typeof set === 'number') return times(set);
  return set === 'pooled' ? t('trainSets.pooled') : t('trainSets.allBut', { magnification: times(set.allBut) });
}

/** A class as people read it: "Ductal carcinoma" for "ductal_carcinoma"; classes of a table as they are. */
export function classText(name: string): string {
  const key = CLASSES.find((known) => known === name);
  return key === undefined ? name : t(`classes.${key}`);
}

/** The same within a sentence: German nouns keep their capital. */
export function classWithin(name: string): string {
  const text = classText(name);
  return spoken() === 'en' || name === 'benign' || name === 'malignant' ? text.toLowerCase() : text;
}

const CLASSES = Object.keys(messages.classes) as (keyof typeof messages.classes)[];

/** "40×" */
export function viewText(view: View): string {
  return withTimes(viewName(view));
}

function withTimes(name: string): string {
  return name.replace(/(\d)x/, '$1×');
}
