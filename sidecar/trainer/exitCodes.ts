/** Exit codes of trainer and CLI; 2 is bad input. */
export function exitCodeOf(status: 'completed' | 'failed' | 'stopped'): number {
  switch (status) {
    case 'completed':
      return 0;
    case 'failed':
      return 1;
    case 'stopped':
      return 3;
  }
}

/** A trainer that found the run being written by another: it has done nothing. */
export const LEASE_HELD_EXIT = 5;
