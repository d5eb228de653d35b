import { setTimeout as pause } from 'node:timers/promises';

/** Reads until it is good. A value that never is, fails with the last one. */
export async function until<T>(
  read: () => T | Promise<T>,
  isGood: (value: T) => boolean,
  ms = 60_000,
): Promise<T> {
  for (const deadline = Date.now() + ms; ;) {
    const value = await read();
    if (isGood(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after ${ms / 1000} s`);
    await pause(50);
  }
}
