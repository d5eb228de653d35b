/**
 * Errors that travel: a stable code, a message for people, and what to do next.
 *
 * API: ProtocolError, errorCodeSchema, toErrorData, fromErrorData.
 */
import { z } from 'zod';

export const errorCodeSchema = z.enum([
  /** The first request was not `hello`, or its token is wrong. */
  'unauthorized',
  'incompatible-version',
  /** A message does not have the shape that its method asks for. */
  'invalid-message',
  'unknown-method',
  'run-not-found',
  /** What was asked does not fit the run's state. */
  'wrong-state',
  /** The client said hello with `read`. */
  'read-only',
  'not-subscribed',
  'timeout',
  'cancelled',
  'disconnected',
  'internal',
]);
export type ErrorCode = z.output<typeof errorCodeSchema>;

/** What JSON-RPC carries in `error.data`. A code from a newer peer reads as `internal`. */
export const errorDataSchema = z.object({
  code: errorCodeSchema.catch('internal'),
  next: z.string(),
});

export class ProtocolError extends Error {
  readonly code: ErrorCode;
  /** What a person can do about it. */
  readonly next: string;

  constructor(code: ErrorCode, message: string, next: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ProtocolError';
    this.code = code;
    this.next = next;
  }
}

/** Any error as one that can travel; only ours and errors with a `next` of their own say what to do. */
export function toProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const next =
    error instanceof Error && 'next' in error && typeof error.next === 'string'
      ? error.next
      : "Look into the daemon's log.";
  return new ProtocolError('internal', message, next, error);
}
