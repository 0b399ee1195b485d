import { posix } from 'node:path';
import type { Problem } from '../../shared/contract/dataset.ts';
import { clauseOf, makeProblem } from './problem.ts';

/** With more problems of one kind than this, one line tells of all. */
const REPORT_SINGLY = 20;
const EXAMPLES = 5;

/**
 * Puts problems of one code together where there are many of them: those that say the same first, then the rest. Every path
 * stays in `related`.
 */
export function condense(problems: readonly Problem[]): Problem[] {
  return [...Map.groupBy(problems, (p) => p.code).values()].flatMap((ofCode) => {
    if (ofCode.length <= REPORT_SINGLY) return ofCode;
    const alike = [...Map.groupBy(ofCode, clauseOf).values()];
    const many = alike.filter((own) => own.length > REPORT_SINGLY);
    const others = alike.filter((own) => own.length <= REPORT_SINGLY).flat();
    return [...many.map(oneLine), ...(others.length > REPORT_SINGLY ? [oneLine(others)] : others)];
  });
}

function oneLine(problems: readonly Problem[]): Problem {
  const { code } = problems[0];
  const paths = problems.map((p) => p.path);
  const isOneFile = paths.every((path) => path === paths[0]); // rows of a table
  const clauses = new Set(problems.map(clauseOf));
  const more = problems.length > EXAMPLES ? ` and ${problems.length - EXAMPLES} more` : '';
  const examples = problems.slice(0, EXAMPLES);
  const what =
    clauses.size === 1
      ? `${problems.length} images: ${clauseOf(problems[0])} (${examples.map((p) => p.path).join(', ')}${more})`
      : `${problems.length} ${isOneFile ? 'rows' : 'images'}, e.g. ${examples.map((p) => (isOneFile ? '' : `${p.path}: `) + clauseOf(p)).join('; ')}${more}`;
  const related = [...new Set(problems.flatMap((p) => [p.path, ...(p.related ?? [])]))];
  return makeProblem(code, isOneFile ? paths[0] : commonFolder(paths), what, isOneFile ? [] : related);
}

function commonFolder(paths: readonly string[]): string {
  let folder = posix.dirname(paths[0]);
  while (folder !== '.' && !paths.every((path) => path.startsWith(`${folder}/`))) folder = posix.dirname(folder);
  return folder;
}
