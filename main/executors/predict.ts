import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../shared/contract/errors.ts';
import { predictAnswerSchema, type PredictRequest, type PredictRow } from '../../shared/contract/predict.ts';
import { tensorflowEnvironment } from '../engine/runtime.ts';
import { entryUrl } from '../store/entry-path.ts';

/** Classifies images in a process of their own. @throws LabError of the process */
export async function runPrediction(request: PredictRequest, signal?: AbortSignal): Promise<PredictRow[]> {
  const child = spawn(process.execPath, [fileURLToPath(entryUrl('predict'))], { env: tensorflowEnvironment(), signal });
  child.on('error', () => {}); // an abort; the missing answer is reported below
  child.stdin.on('error', () => {}); // it may die before it reads
  child.stdin.end(JSON.stringify(request));
  const [out, log] = await Promise.all([text(child.stdout), text(child.stderr)]);
  signal?.throwIfAborted();
  const last = out.trim().split('\n').at(-1) ?? '';
  if (last === '')
    throw new LabError('trial-failed', `The prediction process ended without an answer. ${log.trim().split('\n').at(-1) ?? ''}`);
  const answer = predictAnswerSchema.parse(JSON.parse(last));
  if (!answer.ok) throw new LabError(answer.error.code, answer.error.message, answer.error.details);
  return answer.predictions;
}
