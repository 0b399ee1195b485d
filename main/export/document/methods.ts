/** A study in words: what its numbers rest on, and the paragraph for a paper's methods. */
import { findVariant } from '../../../shared/domain/catalogue.ts';
import { trainingOf } from '../../../shared/contract/plan.ts';
import { contenderName, contenderOf } from '../../../shared/domain/study/arm.ts';
import { joined } from '../../../shared/domain/joined.ts';
import { magnificationName } from '../../../shared/domain/magnification.ts';
import { trainSetName } from '../../../shared/domain/study/train-set.ts';
import { rowsOf } from '../../../shared/analysis/table.ts';
import type { ReportData } from '../report-data.ts';
import { groupingText, trainingEnvironment } from './study.ts';

/** Data set, split, rule of selection, seeds and cases: for the caption of a table. */
export function basisOf({ study, table, synthetic }: ReportData): string {
  const { plan } = study;
  const tested = rowsOf(table, 'accuracy');
  const cases = tested.length === 0 ? 0 : Math.max(...tested.map((row) => row.cases));
  const data = synthetic ? 'Synthetic demo tissue' : plan.dataset.csv === undefined ? 'BreakHis' : 'Own data';
  const seeds = plan.seeds.length === 1 ? 'one seed' : `mean \u00b1 standard deviation over ${plan.seeds.length} seeds`;
  return `${data}, split by ${groupingText(plan)}; tested epoch: ${selectionText(plan.training.selection)}; ${seeds}; ${cases} test cases.`;
}

function selectionText(selection: string): string {
  return selection === 'last' ? 'the last' : 'the best on validation at the magnification of training';
}

/** Ready to paste; every number from the settings. */
export function methodsText(data: ReportData): string {
  const { study, environments, version, synthetic } = data;
  const { plan } = study;
  const networks = [...new Set(study.trials.map(contenderOf))].map(contenderName);
  const images = data.dataset ? `${data.dataset.images} images of ${data.dataset.cases} cases` : 'the images of the study';
  const [height, width] = plan.inputSize;
  const recipes = [...Map.groupBy(plan.models, (id) => JSON.stringify(recipeOf(plan, id)))].map(([recipe, ids]) => ({
    recipe: JSON.parse(recipe) as ReturnType<typeof recipeOf>,
    names: ids.map((id) => findVariant(id)?.name ?? id),
  }));
  const environment = trainingEnvironment(environments);
  const parts = [
    `We compared ${joined(networks)} by their accuracy across magnifications with Magnilab ${version}.`,
    `The data were ${images}${synthetic ? ' of synthetic demo tissue' : plan.dataset.csv === undefined ? ' of BreakHis (Spanhol et al., 2016)' : ''}.`,
    `They were divided by ${groupingText(plan)} in the ratio ${plan.split.ratios.join(':')} into training, validation and test (seed ${plan.split.seed})${data.leaks === 0 ? ', so that no case stood in more than one part' : ''}.`,
    `Each network was trained from random initial values on ${joined(plan.trainSets.map(trainSetName))} and tested on ${joined(plan.testMagnifications.map(magnificationName))}, with ${plan.seeds.length === 1 ? 'one seed' : `${plan.seeds.length} seeds`}.`,
    `Images were shown at ${height} x ${width} pixels (evaluation: ${plan.evaluation}).`,
    ...recipes.map(({ recipe, names }) => `${joined(names)} ${names.length === 1 ? 'was' : 'were'} trained for ${recipe.epochs} epochs with ${OPTIMISERS[recipe.optimiser]} (learning rate ${recipe.learningRate}, weight decay ${recipe.weightDecay}, batch ${recipe.batchSize}, ${recipe.warmupEpochs} epochs of warm-up, cosine schedule, label smoothing ${recipe.labelSmoothing}${recipe.gradientClip > 0 ? `, gradients clipped at ${recipe.gradientClip}` : ''}, ${recipe.precision} precision); the tested epoch was ${selectionText(recipe.selection)}.`), // prettier-ignore
    ...(plan.entries === 'all'
      ? []
      : [`Of each family the variant that was chosen by the rule "${plan.entries}" went on with all seeds.`]),
    "The case was the unit of every interval: rates have 95 % intervals after Korn and Graubard (1998), areas under ROC curves after Obuchowski (1997) and DeLong et al. (1988), means and differences over cases Student's, balanced accuracy and retention above chance percentiles of 10,000 bootstrap samples of cases stratified by class.",
    `Networks were compared by sign-flip tests on per-case differences with Holm's correction; differences whose 90 % interval lay within ${Number((100 * plan.equivalenceBand).toFixed(2))} points were called equal in practice.`,
    ...(environment ? [`Computed on ${environment.cpu} (${environment.device}) with TensorFlow ${environment.tensorflow}.`] : []),
  ];
  return `${parts.join(' ')}\n`;
}

const OPTIMISERS = { sgd: 'SGD with Nesterov momentum', adamw: 'AdamW' };

function recipeOf(plan: ReportData['study']['plan'], model: string) {
  const { epochs, cooldownEpochs, optimiser, learningRate, weightDecay, batchSize, warmupEpochs, labelSmoothing, gradientClip, precision, selection } = trainingOf(plan, model, 1); // prettier-ignore
  return { epochs: epochs + cooldownEpochs, optimiser, learningRate, weightDecay, batchSize, warmupEpochs, labelSmoothing, gradientClip, precision, selection }; // prettier-ignore
}
