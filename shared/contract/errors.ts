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

/** What is wrong with a value, in words that go after the name of its field. Schemas with a text of their own keep it. */
z.config({ customError: (issue) => wordsFor(issue) });

function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'too_small':
    case 'too_big':
      return boundText(issue);
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'unrecognized_keys':
      return 'is not a field that Magnilab knows: is it misspelt?';
    case 'invalid_union':
      return 'has none of the forms that are known';
    case 'invalid_format':
      return `is not a valid ${issue.format}`;
    default:
      return undefined;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object of fields',
  record: 'an object of fields',
  null: 'null',
};

function boundText(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>): string {
  const [limit, below] = issue.code === 'too_small' ? [issue.minimum, true] : [issue.maximum, false];
  const exactly = issue.inclusive === false ? (below ? 'above' : 'below') : below ? 'at least' : 'at most';
  if (issue.origin === 'string') return limit === 1 && below ? 'must not be empty' : `must have ${exactly} ${limit} characters`;
  if (issue.origin === 'array')
    return limit === 1 && below ? 'needs at least one entry' : `must have ${exactly} ${limit} entries`;
  return `must be ${exactly} ${limit}`;
}

/** So many faults of one value are named: it may be a long list of them. */
const MOST_ISSUES = 20;

/** What a call is given is named by its fields alone: its user knows no calls. */
const CALL = /^call /;

/**
 * Parses with a schema; the error names the field and what was expected.
 * @param what what is parsed, for the message: "plan", "config.json", "call studies.start"
 * @throws LabError "bad-input" with `details.field` and `details.issues`
 */
export function parseOrThrow<S extends Schema>(schema: S, value: unknown, what: string): Parsed<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues: all } = result.error;
  const issues = all.slice(0, MOST_ISSUES).map((issue) => ({ field: fieldOf(issue), message: issue.message }));
  const more = all.length > MOST_ISSUES ? `; and ${all.length - MOST_ISSUES} more` : '';
  const list = issues.map((i) => `${i.field ? `field "${i.field}": ` : ''}${i.message}`).join('; ') + more;
  const message = CALL.test(what) ? sentence(list) : `${what}: ${list}`;
  throw new LabError('bad-input', message, { field: issues[0]?.field ?? '', issues });
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function fieldOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  // zod reports unknown keys on their parent; the user wants the key itself
  if (issue.code === 'unrecognized_keys') path.push(issue.keys[0]);
  return path.join('.');
}
