import { signal } from '@preact/signals';

/** The place under the pointer or the arrow keys, in units of the x axis, shared by all charts; null when there is none. */
export const cursor = signal<number | null>(null);
