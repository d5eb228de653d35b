import { z } from 'zod';

const episodeSteps = z
  .number()
  .int()
  .positive()
  .max(100_000)
  .nullable()
  .default(null)
  .meta({
    description: 'After so many steps an episode is cut short; null = as Gymnasium does.',
    unit: 'steps',
    alsoCalled: ['timeLimit', 'maxEpisodeSteps', 'horizon'],
  });

const environment = <Name extends string>(name: Name, alias: string, title: string, description: string) =>
  z
    .strictObject({
      name: z.literal(name).meta({ valuesAlsoCalled: { [alias]: name } }),
      episodeSteps,
    })
    .meta({ title, description });

export const environmentOptions = z
  .discriminatedUnion('name', [
    environment(
      'pendulum',
      'Pendulum-v1',
      'Pendulum',
      'Swing a pendulum up and hold it; one torque, 200 steps. −200 or better is good.',
    ),
    environment(
      'mountainCarContinuous',
      'MountainCarContinuous-v0',
      'Mountain car, continuous',
      'Drive an underpowered car out of a valley; one force, 999 steps. Solved at 90.',
    ),
    environment(
      'mountainCar',
      'MountainCar-v0',
      'Mountain car',
      'The same with three actions and −1 per step, 200 steps: hard to explore. Solved at −110.',
    ),
    environment(
      'cartPole',
      'CartPole-v1',
      'Cart pole',
      'Balance a pole on a cart; two actions, 500 steps. Solved at 475.',
    ),
    environment(
      'acrobot',
      'Acrobot-v1',
      'Acrobot',
      'Swing a double pendulum above a line; three actions, 500 steps. Solved at −100.',
    ),
    environment(
      'cliffWalking',
      'CliffWalking-v1',
      'Cliff walking',
      'Walk along a cliff on a grid of 4 × 12; four actions. The best return is −13.',
    ),
  ])
  .meta({ title: 'Environment', description: 'What is acted in, where a method learns by doing.' });

export type EnvironmentOptions = z.infer<typeof environmentOptions>;

/** What one can do in an environment. */
export type ActionSpace =
  /** Every dimension lies in [−limit, limit]. */
  | { readonly kind: 'continuous'; readonly size: number; readonly limit: number }
  | { readonly kind: 'discrete'; readonly count: number };

/** What is known of an environment without acting in it. */
export interface EnvironmentFacts {
  /** Numbers in an observation. */
  readonly observation: number;
  readonly actions: ActionSpace;
  /** How many states there are, where an observation tells which one it is; null where they are not counted. */
  readonly states: number | null;
  readonly episodeSteps: number;
}

const discrete = (count: number): ActionSpace => ({ kind: 'discrete', count });
const continuous = (limit: number): ActionSpace => ({ kind: 'continuous', size: 1, limit });

const FACTS: Readonly<Record<EnvironmentOptions['name'], EnvironmentFacts>> = {
  pendulum: { observation: 3, actions: continuous(2), states: null, episodeSteps: 200 },
  mountainCarContinuous: { observation: 2, actions: continuous(1), states: null, episodeSteps: 999 },
  mountainCar: { observation: 2, actions: discrete(3), states: null, episodeSteps: 200 },
  cartPole: { observation: 4, actions: discrete(2), states: null, episodeSteps: 500 },
  acrobot: { observation: 6, actions: discrete(3), states: null, episodeSteps: 500 },
  // Gymnasium has no limit here; a policy that walks in circles would never come to an end.
  cliffWalking: { observation: 48, actions: discrete(4), states: 48, episodeSteps: 200 },
};

export const environmentFacts = (options: EnvironmentOptions): EnvironmentFacts => {
  const fixed = FACTS[options.name];
  return { ...fixed, episodeSteps: options.episodeSteps ?? fixed.episodeSteps };
};

/** Numbers that a policy puts out: the action, or a preference for each of them. */
export const policyOutputs = (actions: ActionSpace): number =>
  actions.kind === 'continuous' ? actions.size : actions.count;
