import type { z } from 'zod';
import type { LearningRateSchedule } from '../schedules/learningRate.ts';
import type { OptimizerOptions } from '../schedules/stage.ts';

/** A path through a network, as metrics, export and the page speak of it. */
export interface RoleDeclaration {
  /** `peer1`, `ensemble`, `teacher2`, `student`; members are counted from 1. */
  readonly id: string;
  readonly kind: 'peer' | 'ensemble' | 'teacher' | 'student';
}

/** Unit and formula of a series, once. `tag` may hold `*` for one path segment. */
export interface SeriesDeclaration {
  readonly tag: string;
  readonly title: string;
  readonly unit: string;
  readonly formula: string;
}

export interface Headline {
  readonly series: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

/** What an experiment sets for all its stages. */
export interface StageBase {
  readonly epochs: number;
  readonly optimizer: OptimizerOptions;
  readonly schedule: LearningRateSchedule;
}

/** A stage of a method and what it does unless the experiment says otherwise. */
export interface StageDeclaration {
  readonly name: string;
  readonly title: string;
  /** @param base the experiment's own optimiser, schedule and epochs */
  readonly defaults: (base: StageBase) => Partial<StageBase> & { readonly steps?: number };
}

/** Everything about a method that needs no tensors: schema, defaults, documentation, completion. */
export interface MethodDeclaration<Options extends { readonly name: string } = { readonly name: string }> {
  readonly name: Options['name'];
  readonly title: string;
  readonly citation: string;
  readonly options: z.ZodType<Options>;
  /** Raw option values by preset name; the experiment's own values win. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly stages: readonly StageDeclaration[];
  /** The names under `models` that the method reads, or `any`. */
  readonly models: readonly string[] | 'any';
  roles(options: Options, modelNames: readonly string[]): RoleDeclaration[];
  readonly series: readonly SeriesDeclaration[];
  headline(options: Options): Headline;
  /** Steps a stage takes when it is asked for `asked`; absent: as asked. */
  stageSteps?(options: Options, stage: string, asked: number): number;
  /** Data-independent doubts about the options; `epochs` are those of the main stage. */
  doubts?(options: Options, run: { readonly epochs: number; readonly steps: number }): Doubt[];
  /** Options that change nothing, given the others. */
  ineffective?(options: Options): IneffectiveOption[];
}

export interface IneffectiveOption {
  /** Path below `method`. */
  readonly path: readonly string[];
  /** A clause that says why: `rampShape is none`. */
  readonly reason: string;
}

export interface Doubt {
  readonly code: 'lambdaGoneBeforeOmega' | 'emaMemoryTooLong' | 'testSelection';
  /** Path below `method`. */
  readonly path: readonly string[];
  readonly message: string;
  readonly expected: string;
}
