import { availableParallelism, totalmem } from 'node:os';
import type { PlanCheck } from '../../shared/contract/calls/plans.ts';
import { type Plan, planSchema, trainingOf, trialsOf } from '../../shared/contract/plan.ts';
import { findVariant, imageCost, inputSizeProblem, variantName, VARIANTS } from '../../shared/domain/catalogue.ts';
import { trainingMemory } from '../../shared/domain/estimates.ts';
import { familyOf, type Variant } from '../../shared/domain/families/index.ts';
import { type Arm, entryGroup } from '../../shared/domain/study/arm.ts';
import { isBaseline } from '../../shared/domain/study/baselines.ts';

/** The images of a plan as far as costs depend on them. */
export interface PlannedImages {
  /** one number per split and train set */
  readonly trainedImages: readonly number[];
  /** decoded, on average */
  readonly imageBytes: number;
}

type Offer = PlanCheck['offers'][number];
type Costs = Omit<PlanCheck, 'problems' | 'warnings' | 'evidence' | 'others'>;

const DAY_SECONDS = 86_400;
const GIGABYTE = 1e9;

/** What a plan costs on this machine, and where it asks for more than a day or more memory than there is, what would fit. */
export function planCosts(
  plan: Plan,
  images: PlannedImages,
): { check: Costs & Pick<PlanCheck, 'others'>; warnings: PlanCheck['warnings'] } {
  const check = costsOf(plan, images);
  const memory = process.constrainedMemory() || totalmem();
  const slow = (check.seconds ?? 0) > DAY_SECONDS ? offersOfTime(plan, images, check.seconds!) : null;
  const largest = check.models.reduce<Costs['models'][number] | null>(
    (a, b) => (a && a.memoryBytes >= b.memoryBytes ? a : b),
    null,
  );
  const large = largest && largest.memoryBytes > memory ? offersOfMemory(plan, images, memory) : null;
  const warnings = [
    ...(slow
      ? [{ field: 'training.epochs', message: `This takes about ${daysText(check.seconds!)} on this machine. ${listOf(slow)}` }]
      : []),
    ...(large
      ? [
          {
            field: 'training.batchSize',
            message: `${variantName(largest!.id)} needs about ${gigabytes(largest!.memoryBytes)} of memory, and this machine has ${gigabytes(memory)}. ${listOf(large)}`,
          },
        ]
      : []),
  ];
  return { check: { ...check, others: othersOf(plan, images), offers: [...(slow ?? []), ...(large ?? [])] }, warnings };
}

/** What networks of the catalogue would cost that the plan has not but could have. */
function othersOf(plan: Plan, images: PlannedImages): PlanCheck['others'] {
  const open = VARIANTS.filter((variant) => !plan.models.includes(variant.id) && !inputSizeProblem(variant, plan.inputSize));
  return open.map((variant) => estimate(variant, plan, images));
}

function costsOf(plan: Plan, images: PlannedImages): Costs {
  const models = plan.models.map((id) => estimate(findVariant(id)!, plan, images));
  const trials = trialsOf(plan);
  const shares = sharesOf(plan, trials);
  const secondsOf = new Map(models.map(({ id, secondsPerEpoch }) => [id, secondsPerEpoch ?? 0]));
  const seconds = trials.reduce((sum, { model }, i) => {
    const { epochs, cooldownEpochs, minutes = Infinity } = trainingOf(plan, model, trials.length);
    const training = isBaseline(model) ? 0 : (secondsOf.get(model) ?? 0) * (epochs + cooldownEpochs);
    return sum + shares[i] * (Math.min(training, minutes * 60) + TRIAL_SECONDS);
  }, 0);
  const params = new Map(models.map((row) => [row.id, row.params]));
  const diskBytes = trials.reduce((sum, { model }, i) => sum + shares[i] * 4 * 3 * (params.get(model) ?? 0), 0); // weights once, weights with momenta once
  return { trials: Math.round(shares.reduce((a, b) => a + b, 0)), seconds, diskBytes, models, offers: [] };
}

/** How likely each trial is to run: of variants among which a rule chooses, one goes on to further seeds. */
function sharesOf({ entries, seeds }: Plan, trials: readonly Arm[]): number[] {
  const variants = new Map(
    [...Map.groupBy(trials, entryGroup)].map(([group, own]) => [group, new Set(own.map((t) => t.model)).size]),
  );
  return trials.map((trial) => (entries === 'all' || trial.seed === seeds[0] ? 1 : 1 / variants.get(entryGroup(trial))!));
}

/** Ways to bring a plan down to a day, each by itself; those that would not do are left out. */
function offersOfTime(plan: Plan, images: PlannedImages, seconds: number): Offer[] {
  const epochs = Math.floor((plan.training.epochs * DAY_SECONDS) / seconds);
  const size = plan.inputSize.map((side) => side / 2);
  const offers: (Offer & { change: object })[] = [
    { field: 'training.epochs', value: epochs, message: `${epochs} epochs`, change: { training: { ...plan.training, epochs }, recipes: {} } },
    { field: 'seeds', value: plan.seeds.slice(0, 1), message: 'one seed', change: { seeds: plan.seeds.slice(0, 1) } },
    { field: 'inputSize', value: size, message: `an input of ${size.join(' x ')} pixels`, change: { inputSize: size } },
    { field: 'budgetMinutes', value: DAY_SECONDS / 60, message: 'a budget of a day, shared evenly by the trials', change: { budgetMinutes: DAY_SECONDS / 60 } },
  ]; // prettier-ignore
  return offers.flatMap(({ change, ...offer }) => {
    const changed = planSchema.safeParse({ ...plan, ...change });
    const fits = changed.success && (costsOf(changed.data, images).seconds ?? 0) <= DAY_SECONDS * 1.01;
    return fits && (offer.field !== 'training.epochs' || epochs >= 1) ? [offer] : [];
  });
}

function offersOfMemory(plan: Plan, images: PlannedImages, memory: number): Offer[] {
  for (let batchSize = Math.floor(plan.training.batchSize / 2); batchSize >= 1; batchSize = Math.floor(batchSize / 2)) {
    const { models } = costsOf({ ...plan, recipes: {}, training: { ...plan.training, batchSize } }, images);
    if (models.every(({ memoryBytes }) => memoryBytes <= memory))
      return [{ field: 'training.batchSize', value: batchSize, message: `a batch of ${batchSize}` }];
  }
  return [];
}

function listOf(offers: readonly Offer[]): string {
  if (offers.length === 0) return 'No single change would make it fit: choose fewer or smaller networks.';
  return `It would fit with ${offers.map(({ message }) => message).join(', or ')}.`;
}

function daysText(seconds: number): string {
  const days = seconds / DAY_SECONDS;
  return days < 10 ? `${days.toFixed(1)} days` : `${Math.round(days)} days`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / GIGABYTE).toFixed(1)} GB`;
}

/** Every parameter costs its update and its place in checkpoints, and every step has a fixed price. */
const UPDATE_SECONDS_PER_PARAMETER = 4e-9;
const CHECKPOINT_SECONDS_PER_PARAMETER = 20e-9;
const STEP_SECONDS = 0.008;
/** starting the process, loading TensorFlow, reading images */
const TRIAL_SECONDS = 4;

function estimate(variant: Variant, plan: Plan, { trainedImages, imageBytes }: PlannedImages): PlanCheck['models'][number] {
  const { batchSize } = trainingOf(plan, variant.id, 1);
  const forward = imageCost(variant, plan.inputSize).macs / (familyOf(variant).macsPerSecondAndCore * availableParallelism());
  const images = trainedImages.reduce((a, b) => a + b, 0) / Math.max(1, trainedImages.length);
  const steps = Math.max(1, Math.floor(images / batchSize));
  const overhead = variant.params * UPDATE_SECONDS_PER_PARAMETER + STEP_SECONDS; // the backward pass costs twice the forward pass
  const checkpoint = variant.params * CHECKPOINT_SECONDS_PER_PARAMETER;
  const decoded = Math.max(0, ...trainedImages) * imageBytes; // an upper bound: pictures are shrunk where crops allow
  return {
    id: variant.id,
    params: variant.params,
    memoryBytes: trainingMemory(variant, plan.inputSize, batchSize) + decoded,
    secondsPerEpoch: trainedImages.length > 0 ? images * forward * 3 + steps * overhead + checkpoint : null,
  };
}
