import type { ChartState } from './chartState.ts';

/** The charts on the page, by topic: where the keys find them. */
export const charts = new Map<string, ChartState>();
