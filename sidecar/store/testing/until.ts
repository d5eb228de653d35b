/** Waits, in hooks too, until something is so; what never comes ends with the test's own time limit. */
import { setTimeout as pause } from 'node:timers/promises';

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(5);
}
