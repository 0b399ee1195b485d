import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/contract/errors.ts';
import {
  type PredictAnswer,
  predictAnswerSchema,
  type PredictFailure,
  type PredictRequest,
  type PredictRow,
} from '../../shared/contract/predict.ts';
import { tensorflowEnvironment } from '../runtime/find.ts';
import { entryUrl } from '../platform/entries.ts';

/**
 * Classifies images in a process of their own: one row per file, or why there is none.
 * @throws LabError of the process, or "trial-failed" that says how it ended when it ended without an answer
 */
export async function runPrediction(request: PredictRequest, signal?: AbortSignal): Promise<(PredictRow | PredictFailure)[]> {
  const child = spawn(process.execPath, [fileURLToPath(entryUrl('predict'))], { env: tensorflowEnvironment(), signal });
  let notStarted: Error | null = null;
  child.on('error', (error) => (notStarted = error)); // an abort is one, too
  child.stdin.on('error', () => {}); // it may die before it reads
  child.stdin.end(JSON.stringify(request));
  const ended = once(child, 'close').catch(() => [null, null]) as Promise<[number | null, NodeJS.Signals | null]>;
  const [out, log, [code, killedBy]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  signal?.throwIfAborted();
  const answer = answerIn(out);
  if (!answer) throw noAnswer(notStarted, code, killedBy, log);
  if (!answer.ok) throw new LabError(answer.error.code, answer.error.message, answer.error.details);
  return answer.predictions;
}

/** The answer is the last line; a process that died may have left half of one, or what TensorFlow printed. */
function answerIn(out: string): PredictAnswer | null {
  try {
    return predictAnswerSchema.parse(JSON.parse(out.trim().split('\n').at(-1) ?? ''));
  } catch {
    return null;
  }
}

function noAnswer(notStarted: Error | null, code: number | null, signal: NodeJS.Signals | null, log: string): LabError {
  if (notStarted) return new LabError('trial-failed', `The prediction process could not be started: ${notStarted.message}.`);
  const how = signal
    ? `was ended by ${signal}${signal === 'SIGKILL' ? ': most often memory ran out; close other programs, or take a smaller input size' : ''}`
    : `ended with code ${code}`;
  const last = log.trim().split('\n').at(-1);
  return new LabError(
    'trial-failed',
    `The prediction process ${how}, without an answer.${last ? ` Its last words: ${last}` : ''}`,
  );
}
