import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudyFile } from '../../shared/contract/study.ts';
import { testedRow, entriesOf } from '../../shared/domain/study/selection.ts';
import { entryGroup } from '../../shared/domain/study/arm.ts';
import { isBaseline } from '../../shared/domain/study/baselines.ts';
import { decodePredictions } from '../project/predictions.ts';
import { readHistory, readTrialState, trialFiles } from '../project/trial-folder.ts';
import { readVerifiedPredictions } from '../project/verify-trial.ts';
import { Known, stampOf } from './known.ts';
import type { StudyInput } from './results.ts';

type Trial = StudyFile['trials'][number];

/** Whether a trial is among those by which variants are chosen: all with the first seed, where a rule chooses. */
function isJudge({ plan }: StudyFile, { model, seed }: Trial): boolean {
  return plan.entries !== 'all' && seed === plan.seeds[0] && !isBaseline(model);
}

/**
 * The variant that stands for each group of variants treated alike, by the plan's rule; groups whose trials with the first seed have
 * not all finished are missing. Without a rule there is none.
 */
export async function studyEntries({ runs, study }: StudyInput): Promise<Map<string, string>> {
  const judges = study.trials.filter((trial) => isJudge(study, trial));
  const scored = judges.map(async (trial) => ({
    group: entryGroup(trial),
    model: trial.model,
    score: await scoreOf(join(runs, trial.id), study),
  }));
  return entriesOf(await Promise.all(scored));
}

/** How a trial stands to the choice of variants: one of another seed waits for it, and is not run where another one was chosen. */
export function turnOf(study: StudyFile, trial: Trial, entries: ReadonlyMap<string, string>): 'now' | 'later' | 'never' {
  if (study.plan.entries === 'all' || isJudge(study, trial) || isBaseline(trial.model)) return 'now';
  const chosen = entries.get(entryGroup(trial));
  return chosen === undefined ? 'later' : chosen === trial.model ? 'now' : 'never';
}

/** Read once while the files stay as they are. */
const scores = new Known<Promise<number | null>>(2000);

/** @returns null while the trial is not finished, or its files are damaged */
async function scoreOf(folder: string, { plan }: StudyFile): Promise<number | null> {
  const { state, history, validation, predictions } = trialFiles(folder);
  const from = `${plan.entries} ${await stampOf(state, history, validation, predictions)}`;
  return scores.get(folder, from, async () => {
    if ((await readTrialState(folder).catch(() => null))?.state !== 'finished') return null;
    return scoreNow(folder, plan).catch(() => null);
  });
}

async function scoreNow(folder: string, { entries, training }: StudyFile['plan']): Promise<number | null> {
  const files = trialFiles(folder);
  switch (entries) {
    case 'validation':
      return testedRow(await readHistory(folder), training.selection)?.validationAccuracy ?? null;
    case 'validation mean':
      return meanAccuracy(decodePredictions(await readFile(files.validation, 'utf8'), files.validation));
    default:
      return meanAccuracy((await readVerifiedPredictions(folder))!.filter(({ view }) => view.scale === 'native'));
  }
}

/** Accuracy averaged over magnifications, each weighing the same. */
function meanAccuracy(predictions: ReturnType<typeof decodePredictions>): number | null {
  const groups = [...Map.groupBy(predictions, ({ view }) => view.magnification).values()];
  const accuracies = groups.map((own) => own.filter((p) => p.truth === p.predicted).length / own.length);
  return accuracies.length === 0 ? null : accuracies.reduce((a, b) => a + b, 0) / accuracies.length;
}
