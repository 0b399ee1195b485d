import type { CallOutput, ParsedInput } from '../../shared/contract/api.ts';
import type { Cell } from '../../shared/analysis/cells.ts';
import type { CellImage } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import type { TestedCellImage } from '../compute/results.ts';
import type { Pictures } from './pictures.ts';
import type { Session } from './session.ts';

/** The results of a study's finished trials, in the order of its plan. */
export function studyResults(
  { compute, project }: Session,
  study: StudyFile,
  signal?: AbortSignal,
): Promise<CallOutput<'results.study'>> {
  return compute.call('trials.results', { runs: project.paths.runs, study }, { signal });
}

/** The same without what takes long: the cells of a study that still runs. */
export function studyCells({ compute, project }: Session, study: StudyFile, signal?: AbortSignal): Promise<Cell[]> {
  return compute.call('trials.cells', { runs: project.paths.runs, study }, { signal });
}

/** The images behind one square of a confusion matrix, the most confident first, each with the name of its picture. */
export async function cellImages(
  { compute, project }: Session,
  pictures: Pictures,
  input: ParsedInput<'results.images'>,
  signal?: AbortSignal,
): Promise<CellImage[]> {
  const images = await compute.call('trials.images', { ...input, runs: project.paths.runs }, { signal });
  return images.map((image) => withPicture(pictures, image));
}

/** One case of a trial's test set at every magnification, each image with the name of its picture. */
export async function testedCase(
  { compute, project }: Session,
  pictures: Pictures,
  input: ParsedInput<'results.case'>,
  signal?: AbortSignal,
): Promise<CallOutput<'results.case'>> {
  const { cases, images } = await compute.call('trials.case', { ...input, runs: project.paths.runs }, { signal });
  return { cases, images: images.map((image) => withPicture(pictures, image)) };
}

function withPicture(pictures: Pictures, { pixelSha256, ...image }: TestedCellImage): CellImage {
  return { ...image, picture: pictures.nameOf(pixelSha256) };
}
