import { clip, uniforms, type Environment, type State } from './environment.ts';
import { circle, line } from './scene.ts';

const SECONDS = 0.2;
const [FASTEST_FIRST, FASTEST_SECOND] = [4 * Math.PI, 9 * Math.PI];

/** Time derivatives of angles and velocities under a torque: the "book" variant, with links of length and mass 1. */
function derivatives([t1 = 0, t2 = 0, d1 = 0, d2 = 0]: State, torque: number): readonly number[] {
  const inertia1 = 0.25 + (1.25 + Math.cos(t2)) + 2;
  const inertia2 = 0.25 + 0.5 * Math.cos(t2) + 1;
  const phi2 = 4.9 * Math.cos(t1 + t2 - Math.PI / 2);
  const phi1 =
    -0.5 * d2 ** 2 * Math.sin(t2) - d2 * d1 * Math.sin(t2) + 14.7 * Math.cos(t1 - Math.PI / 2) + phi2;
  const second =
    (torque + (inertia2 / inertia1) * phi1 - 0.5 * d1 ** 2 * Math.sin(t2) - phi2) /
    (1.25 - inertia2 ** 2 / inertia1);
  return [d1, d2, -(inertia2 * second + phi1) / inertia1, second];
}

const moved = (state: State, by: readonly number[], seconds: number): State =>
  state.map((value, index) => value + seconds * (by[index] ?? 0));

/** One step of the classical Runge–Kutta method, the torque held. */
function integrated(state: State, torque: number): State {
  const k1 = derivatives(state, torque);
  const k2 = derivatives(moved(state, k1, SECONDS / 2), torque);
  const k3 = derivatives(moved(state, k2, SECONDS / 2), torque);
  const k4 = derivatives(moved(state, k3, SECONDS), torque);
  return state.map(
    (value, index) =>
      value +
      (SECONDS / 6) * ((k1[index] ?? 0) + 2 * (k2[index] ?? 0) + 2 * (k3[index] ?? 0) + (k4[index] ?? 0)),
  );
}

const wrapped = (angle: number): number =>
  angle - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI));

/** Acrobot-v1. State: angles of both links (0 hangs down) and their velocities. Actions: torque −1, 0, 1. */
export const acrobot: Environment = {
  reset: (random) => uniforms(random, 4, -0.1, 0.1),
  step: (state, [action = 1]) => {
    const [t1 = 0, t2 = 0, d1 = 0, d2 = 0] = integrated(state, action - 1);
    const next = [
      wrapped(t1),
      wrapped(t2),
      clip(d1, -FASTEST_FIRST, FASTEST_FIRST),
      clip(d2, -FASTEST_SECOND, FASTEST_SECOND),
    ] as const;
    const terminated = -Math.cos(next[0]) - Math.cos(next[0] + next[1]) > 1;
    return { state: next, reward: terminated ? 0 : -1, terminated };
  },
  observe: ([t1 = 0, t2 = 0, d1 = 0, d2 = 0]) => [
    Math.cos(t1),
    Math.sin(t1),
    Math.cos(t2),
    Math.sin(t2),
    d1,
    d2,
  ],
  scene: {
    height: 0.56,
    secondsPerStep: 1 / 15,
    background: [
      line(
        [
          [0, 0.16],
          [1, 0.16],
        ],
        0.004,
        'alarm',
      ),
      circle(0.5, 0.28, 0.012, 'muted'),
    ],
    render: ([t1 = 0, t2 = 0]) => {
      const elbow = [0.5 + 0.12 * Math.sin(t1), 0.28 + 0.12 * Math.cos(t1)] as const;
      const tip = [elbow[0] + 0.12 * Math.sin(t1 + t2), elbow[1] + 0.12 * Math.cos(t1 + t2)] as const;
      return [line([[0.5, 0.28], elbow, tip], 0.02, 'accent'), circle(elbow[0], elbow[1], 0.014)];
    },
  },
};
