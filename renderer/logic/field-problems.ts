import type { CallError } from '../api/index.ts';

export interface FieldProblem {
  /** path within the plan, e.g. "training.epochs"; "" for the whole */
  readonly field: string;
  readonly message: string;
}

interface Issue {
  field: string;
  message: string;
}

/** What a refused call says about each field of its plan. */
export function fieldProblems({ message, details }: CallError): FieldProblem[] {
  const issues = (details.issues ?? details.problems) as Issue[] | undefined;
  if (Array.isArray(issues)) return issues.map((issue) => ({ field: inPlan(issue.field), message: issue.message }));
  return [{ field: inPlan(typeof details.field === 'string' ? details.field : ''), message }];
}

function inPlan(field: string): string {
  return field.replace(/^plan\.?/, '');
}

/** The problems of a field or of anything inside it. */
export function problemsOf(problems: readonly FieldProblem[], field: string): string[] {
  return problems.filter((p) => p.field === field || p.field.startsWith(`${field}.`)).map((p) => p.message);
}
