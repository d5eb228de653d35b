import { ProtocolError } from '../protocol/errors.ts';

/** What was asked cannot be compared. */
export const refusal = (message: string, next: string): ProtocolError =>
  new ProtocolError('wrong-state', message, next);
