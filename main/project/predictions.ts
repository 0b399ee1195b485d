import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { LabError } from '../../shared/contract/errors.ts';
import type { Prediction, TrialImage } from '../../shared/contract/trial.ts';
import { LABELS, type Label } from '../../shared/domain/label.ts';

const COLUMNS: Record<keyof Prediction, string> = {
  image: 'image',
  magnification: 'magnification',
  case: 'case',
  slide: 'slide',
  truth: 'true',
  predicted: 'pred',
  logitBenign: 'logit_benign',
  logitMalignant: 'logit_malignant',
  probabilityMalignant: 'p_malignant',
};

/** Softmax of two logits: the probability of the second class. */
export function probabilityMalignant(benign: number, malignant: number): number {
  return 1 / (1 + Math.exp(benign - malignant));
}

export function predictionOf(image: TrialImage, logitBenign: number, logitMalignant: number): Prediction {
  return {
    image: image.path,
    magnification: image.magnification,
    case: image.case,
    slide: image.slide,
    truth: image.label,
    predicted: logitMalignant > logitBenign ? 'malignant' : 'benign',
    logitBenign,
    logitMalignant,
    probabilityMalignant: probabilityMalignant(logitBenign, logitMalignant),
  };
}

/** predictions.csv: one row per image, full precision; every number of a report can be recomputed from it. */
export function encodePredictions(predictions: readonly Prediction[]): string {
  const columns = Object.entries(COLUMNS).map(([key, header]) => ({ key, header }));
  return stringify([...predictions], { header: true, columns });
}

/** @throws LabError "damaged-file" that names the file and the row */
export function decodePredictions(text: string, name: string): Prediction[] {
  const rows = parse(text, { columns: true, skip_empty_lines: true }) as Record<string, string>[];
  return rows.map((row, i) => {
    const at = (key: keyof Prediction) => row[COLUMNS[key]] ?? '';
    const number = (key: keyof Prediction) => {
      const value = Number(at(key));
      if (at(key) === '' || !Number.isFinite(value)) throw damaged(name, i, COLUMNS[key]);
      return value;
    };
    const label = (key: keyof Prediction) => {
      if (!LABELS.includes(at(key) as Label)) throw damaged(name, i, COLUMNS[key]);
      return at(key) as Label;
    };
    return {
      image: at('image'),
      magnification: number('magnification'),
      case: at('case'),
      slide: at('slide'),
      truth: label('truth'),
      predicted: label('predicted'),
      logitBenign: number('logitBenign'),
      logitMalignant: number('logitMalignant'),
      probabilityMalignant: number('probabilityMalignant'),
    };
  });
}

function damaged(name: string, row: number, column: string): LabError {
  return new LabError('damaged-file', `${name}: row ${row + 2} has no valid "${column}".`, { field: column });
}
