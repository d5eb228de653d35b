import { clip, type Environment } from './environment.ts';
import { circle, line } from './scene.ts';

const [GRAVITY, MASS, LENGTH, SECONDS, FASTEST, STRONGEST] = [10, 1, 1, 0.05, 8, 2];

/** The angle from upright, in [−π, π). */
export const fromUpright = (angle: number): number =>
  angle + Math.PI - 2 * Math.PI * Math.floor((angle + Math.PI) / (2 * Math.PI)) - Math.PI;

/** Pendulum-v1. State: angle from upright, angular velocity. The reward is that of the state before. */
export const pendulum: Environment = {
  reset: (random) => [Math.PI * (2 * random.uniform(0) - 1), 2 * random.uniform(1) - 1],
  step: ([angle = 0, velocity = 0], [action = 0]) => {
    const torque = clip(action, -STRONGEST, STRONGEST);
    const reward = -(fromUpright(angle) ** 2 + 0.1 * velocity ** 2 + 0.001 * torque ** 2);
    const acceleration =
      ((3 * GRAVITY) / (2 * LENGTH)) * Math.sin(angle) + (3 / (MASS * LENGTH ** 2)) * torque;
    const faster = clip(velocity + acceleration * SECONDS, -FASTEST, FASTEST);
    return { state: [angle + faster * SECONDS, faster], reward, terminated: false };
  },
  observe: ([angle = 0, velocity = 0]) => [Math.cos(angle), Math.sin(angle), velocity],
  scene: {
    height: 0.5,
    secondsPerStep: SECONDS,
    background: [circle(0.5, 0.25, 0.012, 'muted')],
    render: ([angle = 0], [action = 0]) => [
      line(
        [
          [0.5, 0.25],
          [0.5 + 0.2 * Math.sin(angle), 0.25 - 0.2 * Math.cos(angle)],
        ],
        0.03,
        'accent',
      ),
      // The torque, as a bar below.
      line(
        [
          [0.5, 0.48],
          [0.5 + 0.1 * clip(action, -STRONGEST, STRONGEST), 0.48],
        ],
        0.01,
        'alarm',
      ),
    ],
  },
};
