import type { LabEvent } from '../../shared/contract/events.ts';
import type { StudySummary, TrialSummary } from '../../shared/contract/results.ts';
import { contenderName, contenderOf } from '../../shared/domain/study/arm.ts';
import { trainSetName } from '../../shared/domain/study/train-set.ts';
import { isSame, viewName } from '../../shared/domain/study/view.ts';
import { type Matrix, matricesOf, matrixNote } from '../../shared/analysis/matrix.ts';
import { answerOf, answerText } from '../../shared/analysis/answer.ts';
import { type Inference, squareInferenceOf } from '../../shared/analysis/findings.ts';
import { MAJORITY, rowsOf, studyTable } from '../../shared/analysis/table.ts';
import { text } from '../../shared/texts/text.ts';
import type { Lab } from '../lab/lab.ts';
import { onInterrupt } from './interrupt.ts';
import { log, print, printJson, Progress } from './output.ts';

/** Waits for a started study, shows its progress and its matrices. Ctrl+C pauses it: it can be resumed. Sets the exit code. */
export async function runStudy(lab: Lab, started: StudySummary, json: boolean): Promise<StudySummary> {
  const progress = new Progress();
  let interrupted = false;
  const stop = () => {
    interrupted = true;
    void lab.services['studies.pause']({ study: started.name });
  };
  const undo = onInterrupt(stop);
  const listening = lab.on(watch(started, progress));
  try {
    await lab.queue.whenIdle();
  } finally {
    listening();
    progress.end();
    undo();
  }
  const summary = await lab.queue.summary(await lab.queue.study(started.name));
  await (json ? printStudy : showStudy)(lab, summary);
  for (const trial of summary.trials) if (trial.error) log(`${trial.id}: ${trial.error.message}`);
  if (interrupted) log(`Paused. "magnilab study resume --project ..." goes on after the last finished epoch.`);
  if (summary.state !== 'finished') process.exitCode = 1;
  return summary;
}

function watch(study: StudySummary, progress: Progress): (event: LabEvent) => void {
  const open = study.trials.filter((t) => t.state !== 'finished' && t.state !== 'cancelled').map((t) => t.id);
  const title = (id: string) =>
    `Trial ${open.indexOf(id) + 1} of ${open.length}, ${describe(study.trials.find((t) => t.id === id)!)}`;
  let held = '';
  return (event) => {
    if (event.type === 'study' && event.study.name === study.name) {
      const now = event.study.held?.message ?? '';
      if (now !== '' && now !== held) progress.say(`Waiting: ${now} Ctrl+C pauses.`);
      held = now;
    }
    if (event.type !== 'trial') return;
    const { trial, message } = event;
    if (message.type === 'phase')
      progress.update(`${title(trial)}: ${text(`trialPhases.${message.phase}`)}`, message.done, message.total, null);
    else if (message.type === 'step') {
      const { epoch, epochs, step, steps, secondsLeft, imagesPerSecond } = message;
      progress.update(
        title(trial),
        epoch * steps + step,
        epochs * steps,
        secondsLeft,
        `epoch ${epoch + 1}/${epochs}, ${imagesPerSecond.toFixed(0)} images/s`,
      );
    } else if (message.type === 'notice') progress.say(`${title(trial)}: ${message.text}`);
    else if (message.type === 'failed') progress.say(`${title(trial)} failed: ${message.error.message}`);
    else if (message.type === 'done') progress.say(`${title(trial)} finished`);
  };
}

function describe(trial: TrialSummary): string {
  const { trainSet, fold, seed } = trial;
  return `${contenderName(contenderOf(trial))} on ${trainSetName(trainSet)}${fold === null ? '' : `, fold ${fold}`}, seed ${seed}`;
}

/** Prints a study and its results as JSON. */
export async function printStudy(lab: Lab, study: StudySummary): Promise<void> {
  const results = await lab.services['results.study']({ study: study.name });
  const { cells, inference } = results;
  printJson({ study, cells, matrices: matricesOf(studyTable(results), 'accuracy'), inference });
}

/** Prints the train x test matrix of every model and, when all trials have finished, the answer to the study's question. */
export async function showStudy(lab: Lab, { name, trials }: StudySummary): Promise<void> {
  const results = await lab.services['results.study']({ study: name });
  const { inference } = results;
  const table = studyTable(results);
  const majority = new Map(rowsOf(table, MAJORITY).map((row) => [viewName(row.view), row.value]));
  for (const matrix of matricesOf(table, 'accuracy')) print(`\n${matrixText(matrix, majority, inference)}`);
  if (table.length > 0 && trials.every((t) => t.state === 'finished' || t.state === 'skipped'))
    print(`\n${answerText(answerOf(table, inference), contenderName)}`);
}

function matrixText(matrix: Matrix, majority: ReadonlyMap<string, number | null>, inference: Inference): string {
  const { model, views, squares, rowMeans } = matrix;
  const column = (text: string) => text.padStart(11);
  const lines = [
    `${contenderName(model)}: accuracy, %`,
    `${'train \\ test'.padEnd(13)}${views.map((view) => column(`${viewName(view)}   `)).join('')}${column('mean   ')}`,
  ];
  squares.forEach((row, i) => {
    const own = row.map(({ value, train, test, only, few }) =>
      column(`${percent(value)}${isSame(train, test) ? '*' : ' '}${only ? '!!' : few ? '! ' : '  '}`),
    );
    lines.push(`${trainSetName(matrix.trainSets[i]).padEnd(13)}${own.join('')}${column(`${percent(rowMeans[i])}   `)}`);
    const intervals = row.map(({ train, test }) => {
      const found = squareInferenceOf(inference, model, train, test)?.metrics.accuracy;
      return column(found?.low == null || found.high == null ? '' : `${percent(found.low)}-${percent(found.high)}`);
    });
    if (intervals.some((text) => text.trim() !== '')) lines.push(`${'  95 %'.padEnd(13)}${intervals.join('')}`);
  });
  lines.push(
    `${'majority'.padEnd(13)}${views.map((view) => column(`${percent(majority.get(viewName(view)) ?? null)}   `)).join('')}`,
  );
  const best = matrix.best ? ` (best of ${matrix.best.of} seeds: ${percent(matrix.best.overallMean)})` : '';
  lines.push(
    `* same magnification: mean ${percent(matrix.diagonalMean)}; other magnifications: mean ${percent(matrix.offDiagonalMean)}; all: ${percent(matrix.overallMean)}${best}`,
  );
  const note = matrixNote(matrix);
  if (note) lines.push(`! few images or cases, !! one class only. ${note}`);
  return lines.join('\n');
}

function percent(value: number | null): string {
  return value === null ? '-' : (100 * value).toFixed(1);
}
