import * as tf from '@tensorflow/tfjs-core';
import type { State } from '../../environments/environment.ts';
import type { Stream } from '../../random/stream.ts';
import type { Episode, EpisodeFrame } from '../exhibit.ts';
import { actionOf, type Learner, type Setting } from './learner.ts';

/** Episodes without exploration: the first one to be looked at, and the figures of all. */
export interface Played {
  readonly return: number;
  /** Standard deviation of the returns. */
  readonly deviation: number;
  /** Mean length, in steps. */
  readonly steps: number;
  readonly first: Episode;
}

interface Going {
  state: State;
  total: number;
  steps: number;
  over: boolean;
}

/** Plays some episodes side by side, one pass of the policy for a step of all. @param random how they begin */
export async function play(
  { policy }: Pick<Learner, 'policy'>,
  { environment, facts }: Pick<Setting, 'environment' | 'facts'>,
  random: Stream,
  count: number,
): Promise<Played> {
  const { scene, observe, step } = environment;
  const going = Array.from({ length: count }, (_, index): Going => {
    return { state: environment.reset(random.at(index)), total: 0, steps: 0, over: false };
  });
  const frames: EpisodeFrame[] = [
    { action: [], reward: 0, total: 0, shapes: scene.render(going[0]?.state ?? [], []) },
  ];
  for (;;) {
    const alive = going.filter(({ over }) => !over);
    if (alive.length === 0) break;
    const output = tf.tidy(() => policy(tf.tensor2d(alive.map(({ state }) => [...observe(state)]))));
    const [values, size] = [await output.data<'float32'>(), output.shape[1]];
    output.dispose();
    alive.forEach((episode, index) => {
      const action = actionOf(facts, values.subarray(index * size, (index + 1) * size));
      const { state, reward, terminated } = step(episode.state, action);
      episode.state = state;
      episode.total += reward;
      episode.steps += 1;
      episode.over = terminated || episode.steps >= facts.episodeSteps;
      if (episode === going[0])
        frames.push({ action, reward, total: episode.total, shapes: scene.render(state, action) });
    });
  }
  const mean = (of: (episode: Going) => number): number =>
    going.reduce((sum, episode) => sum + of(episode), 0) / count;
  const average = mean(({ total }) => total);
  const { height, secondsPerStep, background } = scene;
  return {
    return: average,
    deviation: Math.sqrt(mean(({ total }) => (total - average) ** 2)),
    steps: mean(({ steps }) => steps),
    first: { kind: 'episode', secondsPerStep, height, background, frames },
  };
}
