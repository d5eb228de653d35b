import type { Environment, State } from '../../environments/environment.ts';
import type { EnvironmentFacts } from '../../environments/options.ts';
import type { Stream } from '../../random/stream.ts';
import type { SavedSlot, Slot } from '../training.ts';

/** What acting in one copy gave. */
export interface Outcome {
  readonly reward: number;
  /** What is seen next, before a new episode begins. */
  readonly seen: readonly number[];
  /** Over for good. */
  readonly terminated: boolean;
  /** Over, for good or by the time limit: the next observation is of a new episode. */
  readonly ended: boolean;
}

interface Copy {
  state: State;
  /** Steps of the present episode. */
  steps: number;
  total: number;
}

/** Returns that the mean of a curve is made of. */
const RECENT = 20;

/** Some copies of an environment, one episode after the other in each; every episode begins as the seed has it. */
export class World implements Slot {
  #copies: Copy[];
  /** Episodes begun. */
  #episodes = 0;
  /** Steps taken in all copies. */
  #steps = 0;
  /** Returns of the newest episodes that have ended, oldest first. */
  #returns: number[] = [];

  constructor(
    readonly environment: Environment,
    readonly facts: EnvironmentFacts,
    readonly stream: Stream,
    count: number,
  ) {
    this.#copies = Array.from({ length: count }, () => this.#begin());
  }

  get steps(): number {
    return this.#steps;
  }

  /** Mean return of the newest episodes; undefined before the first has ended. */
  get meanReturn(): number | undefined {
    const { length } = this.#returns;
    return length === 0 ? undefined : this.#returns.reduce((sum, each) => sum + each, 0) / length;
  }

  /** What is seen in every copy. */
  observations(): readonly (readonly number[])[] {
    return this.#copies.map(({ state }) => this.environment.observe(state));
  }

  /** @param action as the environment takes it */
  act(copy: number, action: readonly number[]): Outcome {
    const present = this.#copies[copy];
    if (!present) throw new Error(`There is no copy ${copy} of the environment.`);
    const { state, reward, terminated } = this.environment.step(present.state, action);
    this.#steps += 1;
    const steps = present.steps + 1;
    const ended = terminated || steps >= this.facts.episodeSteps;
    const total = present.total + reward;
    if (ended) this.#returns = [...this.#returns.slice(1 - RECENT), total];
    this.#copies[copy] = ended ? this.#begin() : { state, steps, total };
    return { reward, seen: this.environment.observe(state), terminated, ended };
  }

  save(): SavedSlot {
    return {
      episodes: this.#episodes,
      steps: this.#steps,
      returns: Float64Array.from(this.#returns),
      ...Object.fromEntries(
        this.#copies.map(({ state, steps, total }, index) => [
          `copy${index}`,
          Float64Array.of(steps, total, ...state),
        ]),
      ),
    };
  }

  restore(saved: SavedSlot): void {
    this.#episodes = saved['episodes'] as number;
    this.#steps = saved['steps'] as number;
    this.#returns = [...(saved['returns'] as Float64Array)];
    this.#copies = this.#copies.map((_, index) => {
      const [steps = 0, total = 0, ...state] = saved[`copy${index}`] as Float64Array;
      return { state, steps, total };
    });
  }

  #begin(): Copy {
    const state = this.environment.reset(this.stream.at(this.#episodes));
    this.#episodes += 1;
    return { state, steps: 0, total: 0 };
  }
}
