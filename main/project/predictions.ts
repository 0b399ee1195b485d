import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { predictedClass, probabilitiesOf } from '../../shared/analysis/scored.ts';
import { LabError } from '../../shared/contract/errors.ts';
import type { Prediction, TrialImage } from '../../shared/contract/trial.ts';
import { ALL_SCALES, type ViewScale } from '../../shared/domain/study/view.ts';

const LOGIT = 'logit_';
const PROBABILITY = 'p_';

/** @param logits one per class @param classes in the order of the logits */
export function predictionOf(
  image: TrialImage,
  logits: ArrayLike<number>,
  classes: readonly string[],
  scale: ViewScale = 'native',
): Prediction {
  return {
    image: image.path,
    view: { magnification: image.magnification, scale },
    case: image.case,
    slide: image.slide,
    truth: image.label,
    predicted: classes[predictedClass(logits)],
    logits: Array.from(logits),
    probabilities: probabilitiesOf(logits),
  };
}

/**
 * predictions.csv: one row per image and view, full precision; every number of a report can be recomputed from it. Every class has a
 * column for its logit and one for its probability.
 */
export function encodePredictions(predictions: readonly Prediction[], classes: readonly string[]): string {
  const head = ['image', 'magnification', 'view', 'case', 'slide', 'true', 'pred'];
  const columns = [...head, ...classes.map((name) => LOGIT + name), ...classes.map((name) => PROBABILITY + name)];
  const rows = predictions.map((p) => [
    ...[p.image, p.view.magnification, p.view.scale, p.case, p.slide, p.truth, p.predicted],
    ...p.logits,
    ...p.probabilities,
  ]);
  return stringify([columns, ...rows]);
}

/**
 * The predictions of a file. Files of format 1 have neither a view nor the probability of the first of their two classes.
 * @throws LabError "damaged-file" that names the file and the row
 */
export function decodePredictions(text: string, name: string): Prediction[] {
  const rows = parse(text, { columns: true, skip_empty_lines: true }) as Record<string, string>[];
  const classes = Object.keys(rows[0] ?? {}).flatMap((column) => (column.startsWith(LOGIT) ? [column.slice(LOGIT.length)] : []));
  return rows.map((row, i) => {
    const text = (column: string) => row[column] ?? '';
    const number = (column: string) => {
      const value = Number(text(column));
      if (text(column) === '' || !Number.isFinite(value)) throw damaged(name, i, column);
      return value;
    };
    const oneOf = <T extends string>(column: string, known: readonly T[]) => {
      if (!known.includes(text(column) as T)) throw damaged(name, i, column);
      return text(column) as T;
    };
    const logits = classes.map((c) => number(LOGIT + c));
    const computed = probabilitiesOf(logits);
    return {
      image: text('image'),
      view: { magnification: number('magnification'), scale: 'view' in row ? oneOf('view', ALL_SCALES) : 'native' },
      case: text('case'),
      slide: text('slide'),
      truth: oneOf('true', classes),
      predicted: oneOf('pred', classes),
      logits,
      probabilities: classes.map((c, k) => (PROBABILITY + c in row ? number(PROBABILITY + c) : computed[k])),
    };
  });
}

function damaged(name: string, row: number, column: string): LabError {
  return new LabError('damaged-file', `${name}: row ${row + 2} has no valid "${column}".`, { field: column });
}
