import type { ErrorEnvelope } from './errors.ts';
import type { LabEvent } from './events.ts';

/** The two sides of the birpc channel: one allow-listed entry on the lab's side, events on the page's. */
export interface LabSide {
  /**
   * Answers with a value or an error envelope; never throws across the boundary.
   * @param id the caller's own, by which it can be cancelled while it is not answered
   */
  call(id: number, name: string, input: unknown): Promise<{ ok: true; value: unknown } | { ok: false; error: ErrorEnvelope }>;
  /** The answer to a call is not wanted any more. Nothing comes back. */
  cancel(id: number): void;
}

export interface PageSide {
  event(event: LabEvent): void;
}

/** The code with which the served door closes a WebSocket whose page knows no secret of it. */
export const REFUSED = 4403;

/** A transport is only this (a MessagePort, a WebSocket, or an in-memory pair in tests). */
export interface Channel {
  post(message: unknown): void;
  on(listener: (message: unknown) => void): void;
}
