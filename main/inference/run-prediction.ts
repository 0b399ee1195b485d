import type { PredictFailure, PredictRequest, PredictRow } from '../../shared/contract/predict.ts';
import { Predictor } from './predictor.ts';

/** One question to a predict process that is not kept: see {@link Predictor.ask}. */
export async function runPrediction(request: PredictRequest, signal?: AbortSignal): Promise<(PredictRow | PredictFailure)[]> {
  const predictor = new Predictor();
  try {
    return await predictor.ask(request, signal);
  } finally {
    await predictor.close();
  }
}
