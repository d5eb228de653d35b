import type { Environment } from '../../environments/environment.ts';

/** Where an action leads from every state: the whole of a deterministic environment whose states are counted. */
export interface Model {
  readonly states: number;
  readonly actions: number;
  /** By state and action. */
  readonly next: Int32Array;
  readonly reward: Float64Array;
  /** 1 where the step ends the episode: what comes after is worth 0. */
  readonly ends: Uint8Array;
}

/** Tries every action in every state. The state of the environment must be one number. */
export function modelOf(environment: Environment, states: number, actions: number): Model {
  const model: Model = {
    states,
    actions,
    next: new Int32Array(states * actions),
    reward: new Float64Array(states * actions),
    ends: new Uint8Array(states * actions),
  };
  for (let index = 0; index < states * actions; index++) {
    const { state, reward, terminated } = environment.step([Math.floor(index / actions)], [index % actions]);
    model.next[index] = state[0] ?? 0;
    model.reward[index] = reward;
    model.ends[index] = Number(terminated);
  }
  return model;
}

/** Sweeps after which values have settled to the last bit where anything settles at all. */
const MOST_SWEEPS = 20_000;

/** Exact values of a policy, by sweeps until they move by less than `tolerance`. @param policy probabilities [states, actions] */
export function evaluatePolicy(
  { states, actions, next, reward, ends }: Model,
  policy: ArrayLike<number>,
  gamma: number,
  tolerance = 1e-10,
): Float64Array {
  const values = new Float64Array(states);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = 0;
    for (let state = 0; state < states; state++) {
      let value = 0;
      for (let action = 0; action < actions; action++) {
        const index = state * actions + action;
        const after = ends[index] ? 0 : (values[next[index] ?? 0] ?? 0);
        value += (policy[index] ?? 0) * ((reward[index] ?? 0) + gamma * after);
      }
      moved = Math.max(moved, Math.abs(value - (values[state] ?? 0)));
      values[state] = value;
    }
    if (moved < tolerance) break;
  }
  return values;
}

/** The policy that follows whichever of two has the higher value, state by state (dpd.md eq. 2). */
export function hybridPolicy(
  [own, peer]: readonly [ArrayLike<number>, ArrayLike<number>],
  [ownValues, peerValues]: readonly [ArrayLike<number>, ArrayLike<number>],
  actions: number,
): Float64Array {
  return Float64Array.from({ length: own.length }, (_, index) => {
    const state = Math.floor(index / actions);
    return ((peerValues[state] ?? 0) > (ownValues[state] ?? 0) ? peer : own)[index] ?? 0;
  });
}
