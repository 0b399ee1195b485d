import type { ErrorCode } from '../../shared/contract/error-codes.ts';
import type { ErrorEnvelope } from '../../shared/contract/errors.ts';

/** "disconnected" exists on the page only: the lab did not answer because the connection was lost. */
export type CallErrorCode = ErrorCode | 'disconnected';

/** A failed call. The page chooses its text by the code; the message says the particulars. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: CallErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: CallErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  static of({ code, message, details }: ErrorEnvelope): CallError {
    return new CallError(code, message, details);
  }
}

/** Any thrown value as a CallError. */
export function asCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  return new CallError('internal', error instanceof Error ? error.message : String(error));
}
