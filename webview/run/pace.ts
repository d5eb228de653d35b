import type { Points } from '../../sidecar/protocol/series.ts';

/** Points that tell of the present pace. */
const RECENT = 20;

/** Seconds between points as a rule, of the last ones; 0 where there are fewer than two. */
export function medianInterval(walls: readonly number[]): number {
  const recent = walls.slice(-RECENT);
  const gaps = recent.slice(1).map((wall, index) => wall - (recent[index] ?? wall));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
}

/** Whether the newest number is older than it should be. @param age seconds */
export const isLate = (age: number, walls: readonly number[]): boolean =>
  age > Math.max(5, 3 * medianInterval(walls));

/** Seconds that some steps will take at the pace of the last points; NaN where there is none. */
export function secondsFor(steps: number, points: Points | undefined): number {
  if (!points || points.steps.length < 2) return NaN;
  const from = Math.max(0, points.steps.length - RECENT);
  const walked = (points.steps.at(-1) ?? 0) - (points.steps[from] ?? 0);
  const took = (points.walls.at(-1) ?? 0) - (points.walls[from] ?? 0);
  return walked > 0 ? (steps * took) / walked : NaN;
}
