import type { CallOutput, ParsedInput } from '../../shared/contract/api.ts';
import { LabError } from '../../shared/contract/errors.ts';
import { planDifferences } from '../../shared/contract/plan-differences.ts';
import type { Cell } from '../../shared/analysis/cells.ts';
import type { CellImage } from '../../shared/contract/results.ts';
import type { StudyFile } from '../../shared/contract/study.ts';
import { contenderOf } from '../../shared/domain/study/arm.ts';
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

/** @throws LabError "bad-input" where the studies tell other classes apart, or one has no such contender */
export async function compareStudies(
  { compute, project }: Session,
  [first, second]: readonly [StudyFile, StudyFile],
  pair: readonly [string, string] | undefined,
  signal?: AbortSignal,
): Promise<CallOutput<'results.compare'>> {
  if (first.classes.join() !== second.classes.join()) {
    const message = `${first.name} tells ${first.classes.join(', ')} apart, ${second.name} ${second.classes.join(', ')}: their accuracies do not compare.`;
    throw new LabError('bad-input', message, { field: 'second' });
  }
  const [ours, theirs] = [first, second].map(({ trials }) => [...new Set(trials.map(contenderOf))]);
  for (const [side, known, study] of [[0, ours, first] as const, [1, theirs, second] as const])
    if (pair && !known.includes(pair[side]))
      throw new LabError('bad-input', `${study.name} has no ${pair[side]}; it has ${known.join(', ')}.`, {
        field: `pair.${side}`,
      });
  const pairs = await compute.call('trials.compare', { runs: project.paths.runs, first, second, pair }, { signal });
  const hashes = [first, second].map(({ splits }) => splits.map(({ sha256 }) => sha256).join());
  return {
    settings: planDifferences(first.plan, second.plan),
    sameTest: hashes[0] === hashes[1],
    pairs,
    only: {
      first: ours.filter((one) => !theirs.includes(one)),
      second: theirs.filter((one) => !ours.includes(one)),
    },
  };
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
  const { images, ...others } = await compute.call('trials.case', { ...input, runs: project.paths.runs }, { signal });
  return { ...others, images: images.map((image) => withPicture(pictures, image)) };
}

function withPicture(pictures: Pictures, { pixelSha256, ...image }: TestedCellImage): CellImage {
  return { ...image, picture: pictures.nameOf(pixelSha256) };
}
