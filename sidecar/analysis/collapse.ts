export type CollapseReason = 'notFinite' | 'chanceAccuracy' | 'oneClass' | 'accuracyHalved';

/** One evaluation as the detector sees it. */
export interface CollapseObservation {
  /** 0-based epoch that has just ended. */
  readonly epoch: number;
  readonly classes: number;
  readonly lossFinite: boolean;
  /** Top-1 by role, 0…1, of the roles that count as heads. */
  readonly heads: Readonly<Record<string, number>>;
  /** Normalised marginal entropy by role, 0…1. */
  readonly entropies: Readonly<Record<string, number>>;
}

/** Plain data: it is part of a checkpoint. */
export interface CollapseState {
  readonly highest: number;
  readonly streaks: Readonly<Partial<Record<CollapseReason, number>>>;
}

export const NOT_COLLAPSING: CollapseState = { highest: 0, streaks: {} };

/** Evaluations after this epoch count, and this many in a row make a collapse (dkel.md §9). */
const AFTER_EPOCH = 5;
const CONSECUTIVE = 3;

/** @returns the next state, and the reason and role of a collapse seen with this evaluation */
export function observeCollapse(
  state: CollapseState,
  seen: CollapseObservation,
): { state: CollapseState; collapsed: { reason: CollapseReason; role: string } | null } {
  const [bestRole = '', best = NaN] = Object.entries(seen.heads).toSorted((a, b) => b[1] - a[1])[0] ?? [];
  const highest = Math.max(state.highest, Number.isNaN(best) ? 0 : best);
  const flat = Object.entries(seen.entropies).find(([, entropy]) => entropy <= 0.1);
  const signs: readonly (readonly [CollapseReason, string | undefined])[] = [
    ['notFinite', seen.lossFinite ? undefined : 'run'],
    ['chanceAccuracy', best <= 1.5 / seen.classes ? bestRole : undefined],
    ['oneClass', flat?.[0]],
    ['accuracyHalved', best < highest / 2 ? bestRole : undefined],
  ];
  const streaks: Partial<Record<CollapseReason, number>> = {};
  let collapsed: { reason: CollapseReason; role: string } | null = null;
  for (const [reason, role] of signs) {
    if (role === undefined || seen.epoch <= AFTER_EPOCH) continue;
    const streak = (state.streaks[reason] ?? 0) + 1;
    streaks[reason] = streak;
    if (streak >= CONSECUTIVE) collapsed ??= { reason, role };
  }
  return { state: { highest, streaks }, collapsed };
}
