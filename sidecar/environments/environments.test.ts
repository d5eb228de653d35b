import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../random/stream.ts';
import type { State } from './environment.ts';
import { environmentFacts, environmentOptions, type EnvironmentOptions } from './options.ts';
import { fromUpright } from './pendulum.ts';
import { environments } from './registry.ts';

interface FixedTransition {
  readonly state: number[];
  readonly action: number;
  readonly reward: number;
  readonly terminated: boolean;
  readonly next_state: number[];
  readonly next_obs: number[];
}
const fixture = JSON.parse(readFileSync('test/fixtures/methods/dpd.json', 'utf8')) as {
  env_transitions: Record<string, FixedTransition[]>;
  oracle_rollouts: { env: string; init: number[]; return: number; steps: number; terminated: boolean }[];
  score_calibration: { random_policy: Record<string, { mean: number; std: number; mean_len: number }> };
  cliff_walking: {
    optimal_undiscounted_return: number;
    safe_path_return_via_top_row: number;
    start_state: number;
    goal_state: number;
  };
};

type Name = EnvironmentOptions['name'];
const NAMES: Record<string, Name> = {
  'Pendulum-v1': 'pendulum',
  'MountainCarContinuous-v0': 'mountainCarContinuous',
  'MountainCar-v0': 'mountainCar',
  'CartPole-v1': 'cartPole',
  'Acrobot-v1': 'acrobot',
};
const nameOf = (gymnasium: string): Name => {
  const name = NAMES[gymnasium.split('/')[0] ?? ''];
  if (!name) throw new Error(`no environment ${gymnasium}`);
  return name;
};
const facts = (name: Name) => environmentFacts(environmentOptions.parse({ name }));

/** The hand-written controllers of the fixture. */
const controllers: Record<string, (state: State) => number> = {
  'Pendulum-v1': ([angle = 0, speed = 0]) => {
    const a = fromUpright(angle);
    if (Math.abs(a) < 0.6 && Math.abs(speed) < 4) return -(12 * a + 3 * speed);
    return (speed ** 2 / 6 + 5 * (Math.cos(angle) - 1)) * speed > 0 ? -2 : 2;
  },
  'MountainCarContinuous-v0': ([, velocity = 0]) => (velocity >= 0 ? 1 : -1),
  'MountainCar-v0': ([, velocity = 0]) => (velocity >= 0 ? 2 : 0),
  'CartPole-v1': ([, , angle = 0, spin = 0]) => Number(3 * angle + spin > 0),
  'CartPole-v1/always-right': () => 1,
  'Acrobot-v1': ([, , spin = 0]) => (spin > 0 ? 0 : 2),
};

function rollout(name: Name, init: State, act: (state: State, step: number) => number) {
  let [state, total, steps, terminated] = [init, 0, 0, false];
  while (!terminated && steps < facts(name).episodeSteps) {
    const next = environments[name].step(state, [act(state, steps)]);
    total += next.reward;
    steps += 1;
    ({ state, terminated } = next);
  }
  return { total, steps, terminated };
}

describe('environments', () => {
  it.each(Object.entries(fixture.env_transitions))(
    'go on as Gymnasium does: %s',
    (gymnasium, transitions) => {
      const environment = environments[nameOf(gymnasium)];
      expect(transitions.length).toBeGreaterThan(3);
      for (const { state, action, reward, terminated, next_state: next, next_obs: seen } of transitions) {
        const found = environment.step(state, [action]);
        // Fixture states are rounded to six digits.
        found.state.forEach((value, index) => {
          expect(Math.abs(value - (next[index] ?? NaN))).toBeLessThan(1e-5);
        });
        environment.observe(found.state).forEach((value, index) => {
          expect(Math.abs(value - (seen[index] ?? NaN))).toBeLessThan(1e-5);
        });
        expect(Math.abs(found.reward - reward)).toBeLessThan(1e-5);
        expect(found.terminated).toBe(terminated);
      }
    },
  );

  it.each(fixture.oracle_rollouts)(
    'give the returns of hand-written controllers: $env from $init',
    (oracle) => {
      const act = controllers[oracle.env];
      if (!act) throw new Error(oracle.env);
      const { total, steps, terminated } = rollout(nameOf(oracle.env), oracle.init, act);
      expect(total).toBeCloseTo(oracle.return, 4);
      expect({ steps, terminated }).toEqual({ steps: oracle.steps, terminated: oracle.terminated });
    },
  );

  it.each(Object.entries(fixture.score_calibration.random_policy))(
    'begin as Gymnasium does, in distribution: a random policy on %s',
    (gymnasium, { mean, std }) => {
      const name = nameOf(gymnasium);
      const { actions } = facts(name);
      const episodes = 200;
      const returns = Array.from({ length: episodes }, (_, episode) => {
        const random = Stream.of(1, 'policy').at(episode);
        const act = (_state: State, step: number) =>
          actions.kind === 'discrete'
            ? random.integer(step, actions.count)
            : actions.limit * (2 * random.uniform(step) - 1);
        return rollout(name, environments[name].reset(Stream.of(1, name).at(episode)), act).total;
      });
      const found = returns.reduce((sum, value) => sum + value, 0) / episodes;
      // Few episodes of the fixture stand behind a deviation of 0: a hundredth of the mean is granted there.
      const granted = Math.max((4.5 * std) / Math.sqrt(episodes), Math.abs(mean) / 100);
      expect(Math.abs(found - mean)).toBeLessThanOrEqual(granted);
    },
  );

  it('walk along the cliff: best and safe path, the fall, and the walls', () => {
    const { start_state: start, goal_state: goal, ...returns } = fixture.cliff_walking;
    const walk = (path: number[]) => rollout('cliffWalking', [start], (_, step) => path[step] ?? 0);
    const best = walk([0, ...Array<number>(11).fill(1), 2]);
    expect(best).toEqual({ total: returns.optimal_undiscounted_return, steps: 13, terminated: true });
    const safe = walk([0, 0, 0, ...Array<number>(11).fill(1), 2, 2, 2]);
    expect(safe.total).toBe(returns.safe_path_return_via_top_row);
    const { step } = environments.cliffWalking;
    expect(step([start], [1])).toEqual({ state: [start], reward: -100, terminated: false });
    expect(step([start], [3])).toEqual({ state: [start], reward: -1, terminated: false });
    expect(step([goal - 12], [2])).toEqual({ state: [goal], reward: -1, terminated: true });
    expect(environments.cliffWalking.observe([start]).indexOf(1)).toBe(start);
  });

  it.each(Object.keys(environments) as Name[])(
    'are functions of state and seed, stay finite, and can be drawn: %s',
    (name) => {
      const { reset, step, observe, scene } = environments[name];
      const { actions, observation } = facts(name);
      fc.assert(
        fc.property(
          fc.integer({ min: 0 }),
          fc.array(fc.double({ min: -3, max: 3, noNaN: true })),
          (seed, wishes) => {
            const run = () => {
              let state = reset(Stream.of(seed, 'a'));
              for (const wish of wishes) {
                const action =
                  actions.kind === 'continuous' ? wish : Math.floor(Math.abs(wish) * 10) % actions.count;
                // What is saved as text and read back goes on the same.
                state = step(JSON.parse(JSON.stringify(state)) as State, [action]).state;
                const shapes = scene.render(state, [action]);
                expect(JSON.stringify(shapes)).not.toContain('null');
              }
              return state;
            };
            const state = run();
            expect(run()).toEqual(state);
            expect(observe(state)).toHaveLength(observation);
            expect(observe(state).every(Number.isFinite)).toBe(true);
          },
        ),
        { numRuns: 50 },
      );
    },
  );
});
