import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorEnvelope, toEnvelope } from '../../shared/contract/errors.ts';
import type { TrialSummary } from '../../shared/contract/results.ts';
import { trainingOf } from '../../shared/contract/plan.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { Epoch, TrialStateFile } from '../../shared/contract/trial.ts';
import { armOf } from '../../shared/domain/study/arm.ts';
import { testedRow } from '../../shared/domain/study/selection.ts';
import { dataIsAway } from '../training/data-away.ts';
import { placeConfig, readHistory, readTrialConfig, readTrialState, trialFiles } from '../project/trial-folder.ts';
import { Known, stampOf } from './known.ts';
import { studyEntries, turnOf } from './entries.ts';
import { resultsFault, type StudyInput } from './results.ts';

export interface TrialsInput extends StudyInput {
  /** which trials; all of the study without it */
  readonly ids?: readonly string[];
  /** those that this lab runs */
  readonly running: readonly string[];
}

/** How trials stand, from their folders alone. A "running" that this lab does not run was interrupted. */
export async function readTrials({ runs, study, ids, running }: TrialsInput): Promise<TrialSummary[]> {
  const trials = ids ? study.trials.filter(({ id }) => ids.includes(id)) : study.trials;
  const entries = await studyEntries({ runs, study });
  return Promise.all(
    trials.map(async (trial) => {
      const summary = await readTrial(runs, study, trial, running.includes(trial.id));
      const never = summary.state === 'waiting' && turnOf(study, trial, entries) === 'never';
      return never ? { ...summary, state: 'skipped' } : summary;
    }),
  );
}

/** Whether a trial may run now, waits for others that choose between variants, or is not needed. */
export async function trialTurn({ runs, study, id }: StudyInput & { id: string }): Promise<ReturnType<typeof turnOf>> {
  return turnOf(
    study,
    study.trials.find((trial) => trial.id === id)!,
    await studyEntries({ runs, study }),
  );
}

async function readTrial(
  runs: string,
  study: StudyFile,
  trial: StudyFile['trials'][number],
  runningHere: boolean,
): Promise<TrialSummary> {
  const { epochs, cooldownEpochs, selection } = trainingOf(study.plan, trial.model, study.trials.length);
  const { id } = trial;
  const all = epochs + cooldownEpochs;
  const { state, error, progress } = await standing(join(runs, id), trial, study, runningHere);
  return {
    id,
    study: study.name,
    ...armOf(trial),
    state,
    epochs: all,
    selection,
    error: error && { code: error.code, message: error.message },
    ...progress,
  };
}

type Progress = Pick<TrialSummary, 'epoch' | 'testedEpoch' | 'testedValidationAccuracy' | 'trainingSeconds'>;
type Selection = TrialSummary['selection'];

interface Read {
  /** null before the first start */
  readonly state: TrialStateFile | null;
  readonly progress: Progress;
}

interface Standing {
  readonly state: TrialSummary['state'];
  readonly error: ErrorEnvelope | null;
  readonly progress: Progress;
}

/** Read once while the files stay as they are: after an epoch of one trial the others of its study are asked for, too. */
const reads = new Known<Promise<Read>>(2000);

async function standing(
  folder: string,
  trial: StudyFile['trials'][number],
  study: StudyFile,
  runningHere: boolean,
): Promise<Standing> {
  const { epochs: planned, cooldownEpochs, selection } = trainingOf(study.plan, trial.model, study.trials.length);
  const epochs = planned + cooldownEpochs;
  const { config, state, history, last } = trialFiles(folder);
  const from = `${epochs} ${selection} ${await stampOf(config, state, history, last)}`;
  try {
    const read = reads.get(folder, from, () => readFolder(folder, epochs, selection));
    const { state: stored, progress } = await read;
    if (runningHere) return { state: 'running', error: null, progress };
    if (!stored) return { state: 'waiting', error: null, progress };
    const fault = stored.state === 'finished' ? await resultsFault(folder, trial, study) : null;
    if (fault) return { state: 'failed', error: fault, progress };
    return { state: stored.state === 'running' ? 'interrupted' : stored.state, error: stored.error ?? null, progress };
  } catch (error) {
    reads.forget(folder); // what cannot be read now may be read the next time
    return { state: runningHere ? 'running' : 'interrupted', error: toEnvelope(error), progress: progressOf([], selection) };
  }
}

async function readFolder(folder: string, epochs: number, selection: Selection): Promise<Read> {
  const state = await readTrialState(folder);
  if (!state) await stat(trialFiles(folder).config); // a folder that is gone or shut is not one that waits
  const history = await readHistory(folder, state?.state === 'finished' ? epochs : 0);
  return { state, progress: progressOf(history, selection) };
}

function progressOf(history: readonly Epoch[], selection: Selection): Progress {
  const tested = testedRow(history, selection);
  return {
    epoch: history.length,
    testedEpoch: tested?.epoch ?? null,
    testedValidationAccuracy: tested?.validationAccuracy ?? null,
    trainingSeconds: history.reduce((sum, row) => sum + row.seconds, 0),
  };
}

/** The finished epochs of a trial of the study. */
export async function trialHistory({ runs, study, id }: StudyInput & { id: string }): Promise<Epoch[]> {
  const [{ epoch }] = await readTrials({ runs, study, ids: [id], running: [] });
  return readHistory(join(runs, id), epoch);
}

/** Whether none of a trial's images can be reached. */
export async function dataAreAway({ folder }: { folder: string }): Promise<boolean> {
  const { config } = await readTrialConfig(folder);
  return dataIsAway(await placeConfig(folder, config));
}
