import { signal } from '@preact/signals';

/** The step under the pointer, shared by all charts; null when there is none: newest values are shown. */
export const cursorStep = signal<number | null>(null);
