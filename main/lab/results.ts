import type { ParsedInput } from '../../shared/contract/api.ts';
import type { CellImage, ResultCell } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { Session } from './session.ts';

/** The results of a study's finished trials, in the order of its plan. */
export function studyCells({ compute, project }: Session, study: StudyFile, signal?: AbortSignal): Promise<ResultCell[]> {
  return compute.call('trials.cells', { runs: project.paths.runs, study }, { signal });
}

/** The images behind one square of a confusion matrix, the most confident first. */
export function cellImages(session: Session, input: ParsedInput<'results.images'>, signal?: AbortSignal): Promise<CellImage[]> {
  const { compute, project } = session;
  return compute.call('trials.images', { ...input, runs: project.paths.runs, index: session.indexRef }, { signal });
}
