import type { Problem, ProblemCode } from '../../shared/contract/dataset.ts';
import { problemAdvice, type ProblemAdvice } from '../../shared/domain/problem-advice.ts';

export interface ProblemGroup extends ProblemAdvice {
  readonly code: ProblemCode;
  readonly problems: readonly Problem[];
}

/** Problems by code, lost images first. */
export function problemGroups(problems: readonly Problem[]): ProblemGroup[] {
  const byCode = Map.groupBy(problems, (problem) => problem.code);
  return (Object.keys(problemAdvice) as ProblemCode[]).flatMap((code) => {
    const own = byCode.get(code);
    return own ? [{ code, ...problemAdvice[code], problems: own }] : [];
  });
}
