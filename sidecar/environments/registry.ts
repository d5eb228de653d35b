import { acrobot } from './acrobot.ts';
import { cartPole } from './cartPole.ts';
import { cliffWalking } from './cliffWalking.ts';
import type { Environment } from './environment.ts';
import { mountainCar, mountainCarContinuous } from './mountainCar.ts';
import type { EnvironmentOptions } from './options.ts';
import { pendulum } from './pendulum.ts';

/** Every environment by name; a new one adds its schema in `options.ts` and one line here. */
export const environments: Readonly<Record<EnvironmentOptions['name'], Environment>> = {
  pendulum,
  mountainCarContinuous,
  mountainCar,
  cartPole,
  acrobot,
  cliffWalking,
};
