import { signal } from '@preact/signals';

/** What the polite live region says. */
export const announcement = signal('');

const PAUSE_MS = 2_000;
let waiting: (() => string) | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something politely: at most every two seconds, and of what came meanwhile the last. */
export function announce(text: () => string): void {
  if (timer === undefined) {
    announcement.value = text();
    timer = setTimeout(rest, PAUSE_MS);
  } else {
    waiting = text;
  }
}

function rest(): void {
  timer = undefined;
  const next = waiting;
  waiting = null;
  if (next) announce(next);
}
