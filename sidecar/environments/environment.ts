import type { Stream } from '../random/stream.ts';
import type { Shape } from './scene.ts';

/** Everything that an environment remembers, in double precision: what is saved, and what is restored exactly. */
export type State = readonly number[];

/** What comes of an action. */
export interface Transition {
  readonly state: State;
  readonly reward: number;
  /** The episode is over for good; that a time limit cuts it short is not the environment's affair. */
  readonly terminated: boolean;
}

/**
 * A problem of control as pure functions of its state: no generator, no clock, nothing to be saved but the state.
 * Transitions are those of Gymnasium 1.3.0 (dpd.md §9), in double precision throughout.
 */
export interface Environment {
  /** The first state of an episode. @param random of this episode alone */
  readonly reset: (random: Stream) => State;
  /** @param action one number per dimension of a continuous action, else the index of the action alone */
  readonly step: (state: State, action: readonly number[]) => Transition;
  /** What the learner sees. */
  readonly observe: (state: State) => readonly number[];
  readonly scene: {
    /** Of the scene; its width is 1. */
    readonly height: number;
    /** Of a step; null where the environment has no time of its own. */
    readonly secondsPerStep: number | null;
    readonly background: readonly Shape[];
    /** @param action that led to the state; empty at the beginning */
    readonly render: (state: State, action: readonly number[]) => readonly Shape[];
  };
}

export const clip = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** `count` draws in [low, high). */
export const uniforms = (random: Stream, count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, (_, index) => low + (high - low) * random.uniform(index));
