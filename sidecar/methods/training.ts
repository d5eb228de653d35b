import type * as tf from '@tensorflow/tfjs-core';
import type { EnvironmentOptions } from '../environments/options.ts';
import type { LossTerm } from '../losses/terms.ts';
import type { Network, Parameter } from '../models/network.ts';
import type { Backbone, Shape } from '../models/spec.ts';
import type { Stream } from '../random/stream.ts';
import type { LearningRateSchedule } from '../schedules/learningRate.ts';
import type { OptimizerOptions } from '../schedules/stage.ts';
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
  /** Optimiser group, with its own slots, of the parameters that name no other. */
  readonly optimizer: string;
  /** Times the stage's learning rate; absent: 1. */
  readonly rate?: number;
  /** Gradients that are longer than this, all parameters together, are shortened to it; absent: never. */
  readonly gradientNorm?: number;
  /** Constants of the loss, computed before gradients are recorded: teacher logits and features. */
  targets?(batch: TrainingBatch, clock: Clock): readonly tf.Tensor[];
  /** Builds the loss; Σ weight · value is minimised. */
  forward(batch: TrainingBatch, clock: Clock, targets: readonly tf.Tensor[]): Forward;
  /** Whether the phase runs in this step; absent: always. */
  active?(clock: Clock): boolean;
}

/** Plain samples, neither augmented nor shuffled, in a fixed order and normalised. */
export interface PlainSamples {
  /** Of the split, before any limit. */
  count(split: PlainSplit): number;
  /** Batches on the device, each disposed before the next is given. @param limit at most so many samples, the first */
  batches(split: PlainSplit, limit?: number): AsyncIterable<PlainBatch>;
}

export type PlainSplit = 'train' | 'validation';

export interface PlainBatch {
  /** [size, ...input]. */
  readonly x: tf.Tensor;
  /** int32 [size]. */
  readonly labels: tf.Tensor1D;
  readonly samples: Uint32Array;
}

/** What happened in a step, while its tensors are alive. */
export interface StepOutcome {
  readonly batch: TrainingBatch;
  /** Logits by role, of all phases, before the updates. */
  readonly outputs: Readonly<Record<string, tf.Tensor2D>>;
}

export interface Stage {
  readonly name: string;
  readonly phases: readonly Phase[];
  /** How an optimiser group differs from the stage's optimiser. */
  readonly optimizers?: Readonly<Record<string, (base: OptimizerOptions) => OptimizerOptions>>;
  /**
   * Before the first step, with networks as the stages before left them. A run that is resumed at that very point does
   * it again, so it must come to the same.
   */
  begin?(samples: PlainSamples): Promise<void>;
  /** Logged as schedule/<name>; the loop adds the learning rate. */
  schedules(clock: Clock): Readonly<Record<string, number>>;
  /** Diagnostics by series tag that the host knows: asked after a step that is logged. */
  measures?(clock: Clock): Readonly<Record<string, number>>;
  /** Before the phases: acting in an environment, or what is done anew from time to time. */
  beforeStep?(clock: Clock, samples: PlainSamples): Promise<void>;
  /** After the updates: averages, target networks, swaps. @param gate 0 where the step was refused, else 1 or null */
  afterStep?(clock: Clock, gate: tf.Scalar | null): void;
  /** After that, and only where the step was not refused: tables per sample. Reads tensors back, so it is for methods that must. */
  record?(outcome: StepOutcome, clock: Clock): Promise<void>;
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

/** What an evaluation found, for methods that go by it. */
export interface Evaluated {
  /** Which stage the step belongs to, and where the run stands: `step` counts the one just completed. */
  readonly clock: Clock;
  /** Row-major [samples, classes] by role. */
  readonly logits: Readonly<Record<string, Float32Array>>;
  readonly labels: Int32Array;
  /** Mean over the split, in nats, by role. */
  readonly crossEntropy: Readonly<Record<string, number>>;
}

export type Evaluation =
  | {
      readonly kind: 'classification';
      /** Before networks are evaluated: statistics that training left unfit for it. */
      prepare?(clock: Clock, samples: PlainSamples): Promise<void>;
      /** After it: the method's own measures, as series; what it keeps of it belongs in a slot. */
      observe?(evaluated: Evaluated, samples: PlainSamples): Promise<Readonly<Record<string, number>>>;
      /** Logits [batch, classes] by role id, in inference mode. @param stage whose roles are wanted; null: all */
      predict(x: tf.Tensor, stage: string | null): Readonly<Record<string, tf.Tensor2D>>;
      /** A derived role that takes the best of some roles in every metric's own sense; absent in stages without them. */
      readonly best: { readonly id: string; readonly among: readonly string[] };
      /** Roles and networks that the homogenization measures compare. */
      readonly diversity?: {
        readonly peers: readonly string[];
        readonly pairs: readonly (readonly [student: string, teacher: string])[];
        readonly weights?: {
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
  readonly schedule: LearningRateSchedule;
}

export interface MethodContext<Options> {
  readonly options: Options;
  readonly seed: number;
  readonly input: Shape;
  readonly classes: number;
  /** Samples in the training file, those held out included: what sample positions are counted in. */
  readonly trainSamples: number;
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
