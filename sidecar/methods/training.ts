import type * as tf from '@tensorflow/tfjs-core';
import type { EnvironmentOptions } from '../environments/options.ts';
import type { LossTerm } from '../losses/terms.ts';
import type { Network, Parameter } from '../models/network.ts';
import type { Backbone, Shape } from '../models/spec.ts';
import type { Stream } from '../random/stream.ts';
import type { RoleDeclaration } from './declaration.ts';
import type { Exhibit } from './exhibit.ts';

/** Where a run stands: counts of optimiser steps, never seconds. */
export interface Clock {
  /** 0-based over the whole run: steps completed before this one. */
  readonly step: number;
  /** 0-based within the stage. */
  readonly stageStep: number;
  /** 0-based within the stage, constant inside an epoch. */
  readonly epoch: number;
  readonly stage: string;
}

/** A batch on the device. */
export interface TrainingBatch {
  readonly size: number;
  /** One [size, ...input] tensor per view. */
  readonly views: readonly tf.Tensor[];
  /** int32 [size]. */
  readonly labels: tf.Tensor1D;
  /** Positions in the training file. */
  readonly samples: Uint32Array;
}

/** Terms to minimise, and what the metrics may look at: logits by role. */
export interface Forward {
  readonly terms: readonly LossTerm[];
  readonly outputs?: Readonly<Record<string, tf.Tensor2D>>;
  /** Diagnostics by series tag: logged with the terms, and no part of the loss. */
  readonly measures?: Readonly<Record<string, tf.Scalar>>;
}

/** One update inside a step: simultaneous, alternating and two-optimiser methods are lists of these. */
export interface Phase {
  readonly name: string;
  /** Augmented views per sample; 0 draws no batch. */
  readonly views: number;
  /** Asked every step; tensors that are not listed receive neither update nor decay. */
  parameters(clock: Clock): readonly Parameter[];
  /** Optimiser group: its own slots. */
  readonly optimizer: string;
  /** Times the stage's learning rate; absent: 1. */
  readonly rate?: number;
  /** Gradients that are longer than this, all parameters together, are shortened to it; absent: never. */
  readonly gradientNorm?: number;
  /** Constants of the loss, computed before gradients are recorded (teacher logits). */
  targets?(batch: TrainingBatch, clock: Clock): readonly tf.Tensor2D[];
  /** Builds the loss; Σ weight · value is minimised. */
  forward(batch: TrainingBatch, clock: Clock, targets: readonly tf.Tensor2D[]): Forward;
  /** Whether the phase runs in this step; absent: always. */
  active?(clock: Clock): boolean;
}

export interface Stage {
  readonly name: string;
  readonly phases: readonly Phase[];
  /** Logged as schedule/<name>; the loop adds the learning rate. */
  schedules(clock: Clock): Readonly<Record<string, number>>;
  /** Diagnostics by series tag that the host knows: asked after a step that is logged. */
  measures?(clock: Clock): Readonly<Record<string, number>>;
  /** Before the phases: acting in an environment. */
  beforeStep?(clock: Clock): Promise<void>;
  /** After the updates: averages, target networks, swaps. @param gate 0 where the step was refused, else 1 or null */
  afterStep?(clock: Clock, gate: tf.Scalar | null): void;
}

/** Numbers must be finite; arrays may hold anything. */
export type SavedSlot = Readonly<Record<string, Float32Array | Int32Array | Float64Array | number>>;

/** State that is not a network: saved in every checkpoint, restored before the first step. */
export interface Slot {
  save(): SavedSlot;
  restore(saved: SavedSlot): void;
}

/** Where a role's logits come from, for export: a branch or join of a network. */
export interface Role extends RoleDeclaration {
  readonly path: { readonly network: string; readonly output: string } | null;
}

export type Evaluation =
  | {
      readonly kind: 'classification';
      /** Logits [batch, classes] by role id, in inference mode. */
      predict(x: tf.Tensor): Readonly<Record<string, tf.Tensor2D>>;
      /** A derived role that takes the best of some roles in every metric's own sense. */
      readonly best: { readonly id: string; readonly among: readonly string[] };
      /** Roles and networks that the homogenization measures compare. */
      readonly diversity?: {
        readonly peers: readonly string[];
        readonly pairs: readonly (readonly [student: string, teacher: string])[];
        readonly weights: {
          readonly student: Network;
          readonly teacher: Network;
          readonly scopes: readonly string[];
        };
      };
    }
  | {
      readonly kind: 'custom';
      evaluate(clock: Clock): Promise<Measured>;
      /** Figures by role and metric, with the networks that were the best; once, at the end. */
      test?(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
    };

/** What an evaluation of a method's own kind gives. */
export interface Measured {
  readonly series: Readonly<Record<string, number>>;
  /** By name, what its panels show: the newest replaces the one before. */
  readonly exhibits?: Readonly<Record<string, Exhibit>>;
}

/** A method at work. Built once per process, before anything is restored. */
export interface Training {
  readonly networks: Readonly<Record<string, Network>>;
  readonly roles: readonly Role[];
  readonly slots: Readonly<Record<string, Slot>>;
  readonly stages: readonly Stage[];
  readonly evaluation: Evaluation;
}

export interface StageLength {
  readonly name: string;
  readonly steps: number;
  readonly epochs: number;
}

export interface MethodContext<Options> {
  readonly options: Options;
  readonly seed: number;
  readonly input: Shape;
  readonly classes: number;
  /** What is acted in, and the transitions per optimiser step; absent where there is a data set. */
  readonly acting?: { readonly environment: EnvironmentOptions; readonly batchSize: number };
  readonly stages: readonly StageLength[];
  /** Names that the method reads, in order. */
  readonly modelNames: readonly string[];
  /** On `input` with `classes` outputs unless told. @throws when the experiment names no such model */
  readonly backbone: (model: string, input?: Shape, outputs?: number) => Backbone;
  /** A counter-based random stream of the method's own. */
  readonly rng: (stream: string) => Stream;
}

export type Algorithm<Options> = (context: MethodContext<Options>) => Training;
