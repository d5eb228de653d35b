/** How long to wait before the next attempt. API: backoffMs(attempt). */
import { randomInt } from 'node:crypto';

const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** Doubles from 0.1 s to 10 s, less a random half, so that many clients do not come back at once. `attempt` from 0. */
export function backoffMs(attempt: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 20));
  return randomInt(Math.floor(longest / 2), longest + 1);
}
