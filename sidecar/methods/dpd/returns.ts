/** Part of a rollout in one environment, step by step. */
export interface Stretch {
  readonly rewards: ArrayLike<number>;
  /** Of the states in which the actions were taken. */
  readonly values: ArrayLike<number>;
  /** 1 where the transition ended its episode. */
  readonly ended: ArrayLike<number>;
  /** Of the state after the last step. */
  readonly lastValue: number;
}

/** Generalised advantage estimates and the returns that the values are to learn, in double precision. */
export function advantages(
  { rewards, values, ended, lastValue }: Stretch,
  { gamma, lambda }: { readonly gamma: number; readonly lambda: number },
): { readonly advantages: Float64Array; readonly returns: Float64Array } {
  const count = rewards.length;
  const found = new Float64Array(count);
  let ahead = 0;
  for (let step = count - 1; step >= 0; step--) {
    const goesOn = 1 - (ended[step] ?? 0);
    const next = step + 1 < count ? (values[step + 1] ?? 0) : lastValue;
    const surprise = (rewards[step] ?? 0) + gamma * goesOn * next - (values[step] ?? 0);
    ahead = surprise + gamma * lambda * goesOn * ahead;
    found[step] = ahead;
  }
  return { advantages: found, returns: found.map((value, step) => value + (values[step] ?? 0)) };
}
