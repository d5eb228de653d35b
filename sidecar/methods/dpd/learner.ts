import type * as tf from '@tensorflow/tfjs-core';
import { INFERENCE, type Network, type Parameter } from '../../models/network.ts';
import type { Backbone, Shape } from '../../models/spec.ts';
import type { Environment } from '../../environments/environment.ts';
import type { EnvironmentFacts } from '../../environments/options.ts';
import type { Stream } from '../../random/stream.ts';
import type { Clock, Phase, Slot } from '../training.ts';
import type { DpdOptions } from './schema.options.ts';

/** One of the two: its networks, its experience, and how it learns from that alone. */
export interface Learner {
  readonly name: string;
  readonly networks: Readonly<Record<string, Network>>;
  readonly slots: Readonly<Record<string, Slot>>;
  /** What distillation may move. */
  readonly actor: readonly Parameter[];
  /** Updates by its own experience, in order. */
  readonly phases: readonly Phase[];
  /** Acts in its own environment. */
  beforeStep(clock: Clock): Promise<void>;
  afterStep(clock: Clock, gate: tf.Scalar | null): void;
  /** Without exploration: actions in units of the largest one, or a logit for each action. @param x [states, observation] */
  policy(x: tf.Tensor2D): tf.Tensor2D;
  /** Values of states, [states, 1]. @param outputs of a policy there, which a critic of actions judges */
  value(x: tf.Tensor2D, outputs: tf.Tensor2D): tf.Tensor2D;
  /** Whether it has been anywhere yet. */
  hasVisited(): boolean;
  /** States it has visited lately, one after the other, and the networks see them so. */
  visited(random: Stream, count: number): Float32Array;
  /** Numbers of its experience by series tag. */
  measures(): Readonly<Record<string, number>>;
}

/** What both learners are made of. */
export interface Setting {
  readonly options: DpdOptions;
  readonly seed: number;
  readonly batchSize: number;
  readonly environment: Environment;
  readonly facts: EnvironmentFacts;
  readonly backbone: (model: string, input?: Shape, outputs?: number) => Backbone;
  readonly rng: (stream: string) => Stream;
}

/** A network's only output, [batch, outputs]. */
export const outputOf = (network: Network, x: tf.Tensor2D): tf.Tensor2D =>
  network.branch('main', network.trunk(x, INFERENCE), INFERENCE).logits;

/** What an action is to the environment: in its own units, or an index. @param output one number per dimension, or per action */
export function actionOf({ actions }: EnvironmentFacts, output: ArrayLike<number>): number[] {
  const values = Array.from(output);
  if (actions.kind === 'continuous') return values.map((value) => actions.limit * value);
  return [values.indexOf(Math.max(...values))];
}
