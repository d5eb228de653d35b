import { StoreError } from '../store/errors.ts';

/** Data that cannot be used as they are: what is wrong, with the file's name, and what to do next. */
export class DataFault extends Error {
  override readonly name = 'DataFault';

  constructor(
    /** What is wrong, without what to do. */
    readonly what: string,
    /** What a person can do about it. */
    readonly next: string,
    cause?: unknown,
  ) {
    super(`${what} ${next}`, cause === undefined ? undefined : { cause });
  }
}

/** Whether it is the data, or their folder, that is at fault, and not the program. */
export const isDataProblem = (error: unknown): error is Error =>
  error instanceof DataFault || error instanceof StoreError || (error instanceof Error && 'syscall' in error);
