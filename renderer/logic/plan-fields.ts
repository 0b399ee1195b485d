import type { Plan } from '../../shared/contract/plan.ts';
import type { PageText } from '../locales/texts.ts';
import { short } from './format.ts';

type FieldPath =
  | `training.${Exclude<keyof Plan['training'], 'patience' | 'minutes'> & string}`
  | `augmentation.${keyof Plan['augmentation'] & string}`;

interface Choice {
  readonly value: string;
  readonly text: PageText;
}

/** A hyper-parameter of the plan: its path in the file and how it is shown. Its name and help are the texts plan.fields.<path>. */
export interface PlanField {
  readonly path: FieldPath;
  readonly kind: 'number' | 'range' | 'choice';
  readonly choices?: readonly Choice[];
}

const number = (path: FieldPath): PlanField => ({ path, kind: 'number' });
const range = (path: FieldPath): PlanField => ({ path, kind: 'range' });
const choice = (path: FieldPath, ...choices: readonly Choice[]): PlanField => ({ path, kind: 'choice', choices });

export const TRAINING_FIELDS: readonly PlanField[] = [
  number('training.epochs'),
  number('training.batchSize'),
  choice(
    'training.optimiser',
    { value: 'sgd', text: 'plan.fields.training.optimiser.sgd' },
    { value: 'adamw', text: 'plan.fields.training.optimiser.adamw' },
  ),
  number('training.learningRate'),
  number('training.momentum'),
  number('training.weightDecay'),
  number('training.labelSmoothing'),
  number('training.warmupEpochs'),
  number('training.warmupLearningRate'),
  number('training.minLearningRate'),
  number('training.cooldownEpochs'),
  number('training.gradientClip'),
  number('training.ema'),
  choice(
    'training.precision',
    { value: 'float32', text: 'plan.fields.training.precision.float32' },
    { value: 'mixed', text: 'plan.fields.training.precision.mixed' },
  ),
  choice(
    'training.selection',
    { value: 'validation', text: 'plan.fields.training.selection.validation' },
    { value: 'last', text: 'plan.fields.training.selection.last' },
  ),
];

export const AUGMENTATION_FIELDS: readonly PlanField[] = [
  range('augmentation.scale'),
  range('augmentation.ratio'),
  number('augmentation.horizontalFlip'),
  number('augmentation.verticalFlip'),
  number('augmentation.colourJitter'),
];

type Value = number | string | readonly number[];

export function readField(plan: Plan, path: string): Value {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], plan) as Value;
}

/** Changes the plan in place. */
export function writeField(plan: Plan, path: string, value: Value): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  const holder = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], plan) as Record<string, unknown>;
  holder[last] = value;
}

/** The default as text where the value differs from it, else undefined. */
export function changedFrom(plan: Plan, defaults: Plan | null, path: string): string | undefined {
  if (!defaults) return undefined;
  const [value, original] = [readField(plan, path), readField(defaults, path)];
  return JSON.stringify(value) === JSON.stringify(original) ? undefined : valueText(original);
}

export function valueText(value: Value): string {
  if (typeof value === 'number') return short(value);
  return typeof value === 'string' ? value : value.map(short).join(' – ');
}

/** "0, 1 2" -> [0, 1, 2]; the words that are no seed, when there are some */
export function parseSeeds(text: string): { seeds: number[] } | { wrong: string[] } {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const wrong = words.filter((word) => !/^\d+$/.test(word));
  return wrong.length > 0 ? { wrong } : { seeds: words.map(Number) };
}

/** "Demo" -> "Demo 2", "Demo 2" -> "Demo 3", past all that are taken */
export function freeName(name: string, taken: readonly string[]): string {
  const stem = name.replace(/ \d+$/, '');
  for (let n = 2; ; n++) if (!taken.includes(`${stem} ${n}`)) return `${stem} ${n}`;
}
