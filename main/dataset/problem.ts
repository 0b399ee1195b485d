import { type Problem, type ProblemCode, problemCodes } from '../../shared/contract/dataset.ts';
import { problemKeepsImage } from '../../shared/domain/problems.ts';
import { text } from '../../shared/texts/text.ts';

// the table lives in shared/domain, which may not know the contract: here the two are held together by the compiler
const table: Readonly<Record<ProblemCode, boolean>> = problemKeepsImage;
const adviceOf = (code: ProblemCode) => text(`problems.${code}.advice`);
const rank = new Map(Object.keys(table).map((code, i) => [code, i]));

/**
 * A problem whose message says which file, what is wrong, and what to do.
 * @param path relative to the indexed folder
 * @param what what is wrong with it, as a clause without a full stop
 */
export function makeProblem(code: ProblemCode, path: string, what: string, related: readonly string[] = []): Problem {
  const message = `${subjectOf(path)}${printable(what)}. ${adviceOf(code)}`;
  return { code, path, message, ...(related.length > 0 && { related: [...related] }) };
}

/** What is wrong according to a problem of {@link makeProblem}: its message without path and advice. */
export function clauseOf({ code, path, message }: Problem): string {
  return message.slice(subjectOf(path).length, -`. ${adviceOf(code)}`.length);
}

/** The folder as a whole needs no name. */
function subjectOf(path: string): string {
  return path === '.' ? '' : `${printable(path)}: `;
}

/** Sorts by severity (as the advice table is ordered), then by path; returns a new array. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const weight = (p: Problem) => rank.get(p.code) ?? problemCodes.length;
  return [...problems].sort((a, b) => weight(a) - weight(b) || compareText(a.path, b.path) || compareText(a.message, b.message));
}

/** Order by UTF-16 code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** File names may hold line breaks and terminal escapes; messages go to terminals and logs. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}
