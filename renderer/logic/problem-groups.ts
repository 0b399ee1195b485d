import type { Problem, ProblemCode } from '../../shared/contract/dataset.ts';
import { problemKeepsImage } from '../../shared/domain/problems.ts';

export interface ProblemGroup {
  /** titles and advice are the texts problems.<code> */
  readonly code: ProblemCode;
  /** false where the files are left out */
  readonly imageStays: boolean;
  readonly problems: readonly Problem[];
}

/** Problems by code, lost images first. */
export function problemGroups(problems: readonly Problem[]): ProblemGroup[] {
  const byCode = Map.groupBy(problems, (problem) => problem.code);
  return (Object.keys(problemKeepsImage) as ProblemCode[]).flatMap((code) => {
    const own = byCode.get(code);
    return own ? [{ code, imageStays: problemKeepsImage[code], problems: own }] : [];
  });
}
