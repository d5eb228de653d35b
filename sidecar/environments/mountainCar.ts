import { clip, type Environment, type State } from './environment.ts';
import { circle, line, type Shape } from './scene.ts';

const [LEFT, RIGHT, FASTEST] = [-1.2, 0.6, 0.07];

/** Where the car is next; the left end stops it. @param push what the engine adds to the velocity */
function driven([position = 0, velocity = 0]: State, push: number): readonly [number, number] {
  const faster = clip(velocity + push - 0.0025 * Math.cos(3 * position), -FASTEST, FASTEST);
  const next = clip(position + faster, LEFT, RIGHT);
  return [next, next === LEFT && faster < 0 ? 0 : faster];
}

const arrived = ([position, velocity]: readonly [number, number], goal: number): boolean =>
  position >= goal && velocity >= 0;

const place = (position: number): readonly [number, number] => [
  (position - LEFT) / (RIGHT - LEFT),
  0.5 - 0.4 * (0.45 * Math.sin(3 * position) + 0.55),
];
const HILL: readonly Shape[] = [
  line(
    Array.from({ length: 61 }, (_, index) => place(LEFT + ((RIGHT - LEFT) * index) / 60)),
    0.006,
    'muted',
  ),
];
const flag = (goal: number): Shape => {
  const [x, y] = place(goal);
  return line(
    [
      [x, y],
      [x, y - 0.1],
    ],
    0.008,
    'alarm',
  );
};
const render = ([position = 0]: State): Shape[] => {
  const [x, y] = place(position);
  return [circle(x, y - 0.025, 0.025, 'accent')];
};

const reset: Environment['reset'] = (random) => [-0.6 + 0.2 * random.uniform(0), 0];
const observe: Environment['observe'] = (state) => state;

/** MountainCarContinuous-v0. State: position, velocity. The reward charges the action as it was asked for, unclipped. */
export const mountainCarContinuous: Environment = {
  reset,
  observe,
  step: (state, [action = 0]) => {
    const next = driven(state, 0.0015 * clip(action, -1, 1));
    const terminated = arrived(next, 0.45);
    return { state: next, reward: (terminated ? 100 : 0) - 0.1 * action ** 2, terminated };
  },
  scene: { height: 0.5, secondsPerStep: 1 / 30, background: [...HILL, flag(0.45)], render },
};

/** MountainCar-v0. State: position, velocity. Actions: 0 left, 1 nothing, 2 right. */
export const mountainCar: Environment = {
  reset,
  observe,
  step: (state, [action = 1]) => {
    const next = driven(state, 0.001 * (action - 1));
    return { state: next, reward: -1, terminated: arrived(next, 0.5) };
  },
  scene: { height: 0.5, secondsPerStep: 1 / 30, background: [...HILL, flag(0.5)], render },
};
