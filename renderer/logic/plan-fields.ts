import { departures } from '../../shared/contract/plan-differences.ts';
import type { Plan } from '../../shared/contract/plan.ts';
import { variantName } from '../../shared/domain/catalogue.ts';
import { NETWORK_KINDS } from '../../shared/domain/families/family.ts';
import type { TrainSet } from '../../shared/domain/study/train-set.ts';
import { t } from '../locales/texts.ts';
import type { PageText } from '../locales/texts.ts';
import { short, times, trainSetText } from './format.ts';

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

/** What the other fields of a plan are called on the page. */
const NAMES: Readonly<Record<string, PageText>> = {
  name: 'plan.name',
  'dataset.folder': 'screens.data',
  models: 'plan.models.title',
  task: 'plan.scope.task',
  positive: 'plan.scope.positive',
  trainSets: 'plan.scope.train',
  testMagnifications: 'plan.scope.test',
  seeds: 'plan.scope.seeds',
  inputSize: 'plan.scope.size',
  evaluation: 'plan.scope.evaluation',
  scalings: 'plan.questions.scalings',
  scaleCurve: 'plan.questions.curve',
  views: 'plan.questions.rescaled',
  baselines: 'plan.questions.histogram',
  imageLevelToo: 'plan.questions.imageLevel',
  entries: 'plan.questions.entries',
  equivalenceBand: 'plan.questions.band',
  'training.patience': 'plan.questions.patience',
  'training.minutes': 'plan.questions.minutes',
  budgetMinutes: 'plan.questions.budget',
  'split.by': 'plan.split.byLabel',
  'split.grouping': 'plan.split.groupingLabel',
  'split.folds': 'plan.split.folds',
  'split.caseFolds': 'plan.split.caseFolds',
  'split.file': 'plan.split.file',
  'split.ratios': 'plan.split.ratios',
  'split.seed': 'plan.split.seed',
  'split.unlisted': 'plan.split.unlisted',
  'split.dropDuplicates': 'plan.split.dropDuplicates',
};

/** A field's path and those of what holds it, the innermost first: "a.b.c", "a.b", "a". */
export function withHolders(path: string): string[] {
  const keys = path.split('.');
  return keys.map((_, i) => keys.slice(0, keys.length - i).join('.'));
}

/** What a field is called on the page; null where it has no place there. "trainSets.0" is called as "trainSets" is. */
export function fieldName(path: string): string | null {
  for (const own of withHolders(path)) {
    const kind = NETWORK_KINDS.find((name) => own === `recipes.${name}`);
    if (kind) return t('plan.recipes.title', { kind: t(`plan.kinds.${kind}`) });
    const field = [...TRAINING_FIELDS, ...AUGMENTATION_FIELDS].find((known) => known.path === own);
    if (field) return t(`plan.fields.${field.path}.label`);
    if (own in NAMES) return t(NAMES[own]);
  }
  return null;
}

/** One thing that is not as in the preset: a field, or the whole recipe of a kind of network. */
export interface Departure {
  readonly field: string;
  readonly name: string;
  readonly here: string;
  readonly preset: string;
}

export function departuresOf(plan: Plan, preset: Plan): Departure[] {
  const fields = departures(plan, preset).map(({ field }) =>
    field.startsWith('recipes.') ? field.split('.').slice(0, 2).join('.') : field,
  );
  return [...new Set(fields)].map((field) => ({
    field,
    name: fieldName(field) ?? field,
    here: settingText(field, readField(plan, field)),
    preset: settingText(field, readField(preset, field)),
  }));
}

/** The words for values that are words in the file, too. */
const CHOICES: Readonly<Record<string, (value: string) => string>> = {
  models: variantName,
  baselines: variantName,
  evaluation: (value) => t(`plan.evaluations.${value.replace(' ', '-') as 'crop' | 'full-frame'}`),
  scalings: (value) => t(`plan.scalings.${value as Plan['scalings'][number]}`),
  entries: (value) => t(`plan.entries.${value as Plan['entries']}`),
  task: (value) => t(`plan.tasks.${value as Plan['task']}`),
  protocol: (value) => t(`plan.presets.${value as Plan['protocol']}.title`),
  'split.by': (value) => t(`plan.split.by.${value as Plan['split']['by']}`),
  'split.grouping': (value) => t(`plan.split.grouping.${value as Plan['split']['grouping']}`),
};

/** The value of any field of a plan, as the page writes it. */
export function settingText(field: string, value: unknown): string {
  if (value === undefined || value === null) return t('plan.questions.none');
  if (Array.isArray(value))
    return value.length === 0 ? t('plan.questions.none') : value.map((one) => settingText(field, one)).join(', ');
  if (field === 'trainSets') return trainSetText(value as TrainSet);
  if (field === 'testMagnifications' || field === 'scaleCurve') return times(value as number);
  if (field === 'equivalenceBand') return short(100 * (value as number));
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  if (typeof value === 'object') return t('plan.details.ownRecipe');
  if (typeof value === 'number') return short(value);
  const choice = TRAINING_FIELDS.find(({ path }) => path === field)?.choices?.find((one) => one.value === value);
  return choice ? t(choice.text) : (CHOICES[field]?.(value as string) ?? String(value));
}

/** Puts a field back to what the preset has. */
export function resetField(plan: Plan, preset: Plan, field: string): void {
  writeField(plan, field, structuredClone(readField(preset, field)));
}

/** Of a hyper-parameter. */
type FieldValue = number | string | readonly number[];

export function readField(plan: Plan, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], plan);
}

/** Changes the plan in place. @param value undefined takes the field away */
export function writeField(plan: Plan, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  const holder = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], plan) as Record<string, unknown>;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
}

/** The default as text where the value differs from it, else undefined. */
export function changedFrom(plan: Plan, defaults: Plan | null, path: string): string | undefined {
  if (!defaults) return undefined;
  const [value, original] = [readField(plan, path), readField(defaults, path)];
  return JSON.stringify(value) === JSON.stringify(original) ? undefined : valueText(original as FieldValue);
}

export function valueText(value: FieldValue): string {
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
