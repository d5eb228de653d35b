/** Errors of the store: a stable code, the cause for people, and what to do next. */

export type StoreErrorCode =
  | 'invalid-file'
  | 'missing-file'
  | 'no-checkpoint'
  | 'several-event-files'
  | 'invalid-path'
  | 'no-space-for-name'
  | 'unwritable-folder'
  | 'lease-held'
  | 'lease-lost'
  | 'writer-closed'
  | 'invalid-weights';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** What a person can do about it. */
  readonly next: string;

  constructor(code: StoreErrorCode, message: string, next: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
    this.next = next;
  }
}

/** The `code` of a file-system error (`ENOENT`, …), or null for anything else. */
export function systemErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
