import type { Points, Seam } from '../../sidecar/protocol/series.ts';

/** Places steps on an x axis and back; both directions never decrease. */
export interface Clock {
  toX(step: number): number;
  toStep(x: number): number;
}

export const stepClock: Clock = { toX: (step) => step, toStep: (x) => x };

/** Straight between knots, and beyond the ends as the outermost pair goes. */
export function clockThrough(steps: readonly number[], xs: readonly number[]): Clock {
  return { toX: (step) => between(steps, xs, step), toStep: (x) => between(xs, steps, x) };
}

/** Epochs over all stages: every stage counts its own from nought. */
export function epochClock(epoch: Points | undefined, stepsPerEpoch: number): Clock {
  if (!epoch || epoch.steps.length < 2)
    return { toX: (step) => step / stepsPerEpoch, toStep: (x) => x * stepsPerEpoch };
  let base = 0;
  let before = 0;
  const xs = epoch.values.map((value) => {
    if (value < before) base += before;
    before = value;
    return base + value;
  });
  return clockThrough(epoch.steps, xs);
}

/** A gap this many times the usual one, and this long in seconds, is a pause. */
const PAUSE_RATIO = 20;
const PAUSE_SECONDS = 30;

/** Seconds of training: wall time without what lay before a resume, and without pauses. */
export function activeClock({ steps, walls }: Points, seams: readonly Seam[]): Clock {
  const pace = (index: number): number =>
    ((walls[index] ?? 0) - (walls[index - 1] ?? 0)) /
    Math.max(1, (steps[index] ?? 0) - (steps[index - 1] ?? 0));
  const paces = steps.map((_, index) => (index === 0 ? 0 : pace(index)));
  const usual = [...paces.slice(1)].sort((a, b) => a - b)[Math.floor((paces.length - 1) / 2)] ?? 0;
  let active = 0;
  const xs = steps.map((step, index) => {
    if (index === 0) return 0;
    const [from, to] = [walls[index - 1] ?? 0, walls[index] ?? 0];
    const walked = step - (steps[index - 1] ?? step);
    const resumed = seams.some(({ wallTime }) => wallTime > from && wallTime <= to);
    const paused = to - from > PAUSE_SECONDS && (paces[index] ?? 0) > PAUSE_RATIO * usual;
    active += resumed || paused ? usual * walked : Math.max(0, to - from);
    return active;
  });
  return clockThrough(steps, xs);
}

function between(from: readonly number[], to: readonly number[], at: number): number {
  const count = from.length;
  if (count < 2) return (to[0] ?? 0) + at - (from[0] ?? 0);
  let [low, high] = [0, count - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((from[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  const [a, b] = [from[low] ?? 0, from[high] ?? 0];
  const [c, d] = [to[low] ?? 0, to[high] ?? 0];
  return b === a ? c : c + ((d - c) * (at - a)) / (b - a);
}
