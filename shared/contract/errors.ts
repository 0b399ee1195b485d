import { z } from 'zod';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { systemWords } from './system-errors.ts';

export const errorEnvelopeSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
/** An error as a value: the only form in which errors cross a process boundary. */
export type ErrorEnvelope = z.infer<typeof errorEnvelopeSchema>;

/** An error with a code, thrown inside a process and sent as {@link ErrorEnvelope}. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: ErrorCode;
  readonly details?: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** An error of the operating system, with its errno, as Node throws it. */
interface SystemError extends Error {
  readonly code?: string;
  readonly path?: string;
  readonly dest?: string;
}

/**
 * Any thrown value as an envelope. Errors of the operating system get words that name the path and what to do; others become
 * "internal" with their message.
 */
export function toEnvelope(error: unknown): ErrorEnvelope {
  if (error instanceof LabError) {
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }) };
  }
  const { code: errno, path, dest } = (error instanceof Error ? error : {}) as Partial<SystemError>;
  const words = typeof errno === 'string' ? systemWords(errno) : null;
  if (words) {
    const place = dest ?? path;
    const message = `${place === undefined ? '' : `${place}: `}${words.what} (${errno}). ${words.advice}`;
    return { code: words.code, message, ...(place !== undefined && { details: { path: place } }) };
  }
  if (error instanceof Error && error.name === 'AbortError') return { code: 'cancelled', message: 'The work was cancelled.' };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** What {@link parseOrThrow} takes and gives, for code that may not know zod. */
export type Schema = z.ZodType;
export type Parsed<S extends Schema> = z.output<S>;

/**
 * Parses with a schema; the error names the field and what was expected.
 * @param what what is parsed, for the message: "plan", "config.json", "call studies.start"
 * @throws LabError "bad-input" with `details.field` and `details.issues`
 */
export function parseOrThrow<S extends Schema>(schema: S, value: unknown, what: string): Parsed<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ field: fieldOf(issue), message: issue.message }));
  const list = issues.map((i) => `${i.field ? `field "${i.field}": ` : ''}${i.message}`).join('; ');
  throw new LabError('bad-input', `${what}: ${list}`, { field: issues[0]?.field ?? '', issues });
}

function fieldOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  // zod reports unknown keys on their parent; the user wants the key itself
  if (issue.code === 'unrecognized_keys') path.push(issue.keys[0]);
  return path.join('.');
}
