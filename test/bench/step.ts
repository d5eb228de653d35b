/** One side of the comparison: forward, backward and update once; returns the loss before the update, read back. */
export type Step = () => number;

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Median milliseconds of each side, taken in turns so that whatever else the machine does hits all alike. */
export function inTurns(steps: readonly Step[], rounds: number): number[] {
  const times: number[][] = steps.map(() => []);
  for (let round = 0; round < rounds; round++) {
    steps.forEach((step, side) => {
      const start = performance.now();
      step();
      times[side]?.push(performance.now() - start);
    });
  }
  return times.map(median);
}
