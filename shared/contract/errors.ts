import { z } from 'zod';

/** Every code an error may carry across a boundary. The page chooses its text by the code; the message says the particulars. */
export const errorCodes = [
  'bad-input', // a field has a wrong name, type or value; details.field names it
  'not-found', // a file, project, study, trial or image does not exist
  'already-exists',
  'outside-folder', // a path leaves the folder it must stay in
  'no-project', // the call needs an open project
  'project-locked', // another lab holds the project
  'leak', // a split puts one case on both sides and the protocol is not "paper"
  'runtime-missing', // TensorFlow is not installed
  'runtime-failed', // TensorFlow could not be installed or loaded
  'out-of-memory',
  'damaged-file', // a checkpoint, plan or database that cannot be read
  'cancelled',
  'not-allowed', // a call or message from a sender that may not make it
  'not-available', // this door cannot do that (e.g. a native dialog in the browser)
  'trial-failed',
  'internal', // a defect of Magnilab
] as const;
export type ErrorCode = (typeof errorCodes)[number];

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

/** Any thrown value as an envelope. Unknown errors become "internal" with their message. */
export function toEnvelope(error: unknown): ErrorEnvelope {
  if (error instanceof LabError) {
    return { code: error.code, message: error.message, ...(error.details && { details: error.details }) };
  }
  if (error instanceof Error && error.name === 'AbortError') return { code: 'cancelled', message: 'The work was cancelled.' };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/**
 * Parses with a schema; the error names the field and what was expected.
 * @param what what is parsed, for the message: "plan", "config.json", "call studies.start"
 * @throws LabError "bad-input" with `details.field` and `details.issues`
 */
export function parseOrThrow<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
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
