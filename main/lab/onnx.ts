import { join, resolve } from 'node:path';
import type { ParsedInput } from '../../shared/contract/api.ts';
import type { NetworkRequest } from '../../shared/contract/network.ts';
import type { OnnxFile } from '../../shared/contract/onnx.ts';
import { Predictor } from '../inference/predictor.ts';
import { requireOutsideData } from './outside-data.ts';
import type { Session } from './session.ts';

/**
 * Writes the network of a finished trial as an ONNX file (default: reports/TRIAL.onnx in the project).
 * @throws LabError "bad-input" that names the field, "already-exists" when the file is there and is not to be replaced
 */
export async function exportTrialOnnx(
  session: Session,
  predictor: Predictor,
  { trial, file: given, replace }: ParsedInput<'trials.exportOnnx'>,
  signal?: AbortSignal,
): Promise<OnnxFile> {
  const { paths, check } = session.project;
  if (given === undefined) check();
  const file = resolve(given ?? join(paths.reports, `${trial}.onnx`));
  const folder = join(paths.runs, trial);
  const { dataFolder, ...network } = await session.compute.call('trials.network', { folder }, { signal });
  await requireOutsideData(file, dataFolder, 'ONNX file');
  return predictor.exportOnnx({ ...network, file, replace }, signal);
}

export interface WeightsExport extends NetworkRequest {
  readonly file: string;
  /** whether a file that is there may be replaced */
  readonly replace: boolean;
}

/** Writes the network of a weights file as an ONNX file, without a project. @throws LabError as {@link exportTrialOnnx} */
export async function exportWeightsOnnx({ file, ...request }: WeightsExport, signal?: AbortSignal): Promise<OnnxFile> {
  const predictor = new Predictor();
  try {
    return await predictor.exportOnnx({ ...request, file: resolve(file), about: {} }, signal);
  } finally {
    await predictor.close();
  }
}
