import { uniforms, type Environment } from './environment.ts';
import { line, rectangle } from './scene.ts';

const SECONDS = 0.02;
const FORCE = 10;
const TOTAL_MASS = 1.1;
/** Of the pole: its mass times half its length. */
const POLE_MOMENT = 0.05;
const HALF_LENGTH = 0.5;
const EDGE = 2.4;
const LARGEST_ANGLE = (12 * Math.PI) / 180;

/** CartPole-v1. State: position and velocity of the cart, angle and angular velocity of the pole. Actions: 0 left, 1 right. */
export const cartPole: Environment = {
  reset: (random) => uniforms(random, 4, -0.05, 0.05),
  step: ([x = 0, speed = 0, angle = 0, spin = 0], [action = 0]) => {
    const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
    const common = ((action === 1 ? FORCE : -FORCE) + POLE_MOMENT * spin ** 2 * sine) / TOTAL_MASS;
    const angular =
      (9.8 * sine - cosine * common) / (HALF_LENGTH * (4 / 3 - (0.1 * cosine ** 2) / TOTAL_MASS));
    const linear = common - (POLE_MOMENT * angular * cosine) / TOTAL_MASS;
    // Explicit Euler: places move by the velocities of before.
    const state = [
      x + SECONDS * speed,
      speed + SECONDS * linear,
      angle + SECONDS * spin,
      spin + SECONDS * angular,
    ] as const;
    return {
      state,
      reward: 1,
      terminated: Math.abs(state[0]) > EDGE || Math.abs(state[2]) > LARGEST_ANGLE,
    };
  },
  observe: (state) => state,
  scene: {
    height: 0.4,
    secondsPerStep: SECONDS,
    background: [
      line(
        [
          [0, 0.33],
          [1, 0.33],
        ],
        0.004,
        'muted',
      ),
    ],
    render: ([x = 0, , angle = 0]) => {
      const at = 0.5 + x / (2 * EDGE);
      return [
        rectangle(at - 0.05, 0.3, 0.1, 0.05),
        line(
          [
            [at, 0.3],
            [at + 0.25 * Math.sin(angle), 0.3 - 0.25 * Math.cos(angle)],
          ],
          0.02,
          'accent',
        ),
      ];
    },
  },
};
