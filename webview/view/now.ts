import { signal } from '@preact/signals';

/** Milliseconds since 1970; ticks once a second, so that ages are true. */
export const now = signal(Date.now());

export function keepTime(): void {
  setInterval(() => (now.value = Date.now()), 1000);
}
