import type { z } from 'zod';
import type { EnvironmentFacts } from '../environments/options.ts';
import type { Backbone, NetworkSpec, Shape } from '../models/spec.ts';
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

/** How sure a source is of something. */
export type Certainty = PaperFact['certainty'];

/** A panel of the run's page for a diagnostic of the method's own; patterns as those of series. */
export type PanelDeclaration = {
  /** Lower camel case, unique in its method. */
  readonly id: string;
  readonly title: string;
  /** What is seen and what it tells, in a sentence or two. */
  readonly explanation: string;
  /** How sure the sources are of what is drawn; absent: it is a mere count or measure. */
  readonly certainty?: Certainty;
} & (
  | { readonly kind: 'lines'; readonly series: readonly string[]; readonly unit: string }
  /** A row for each series, a column for each logged step; values from 0 to 1 are shades. */
  | { readonly kind: 'raster'; readonly series: readonly string[] }
  /** Exhibits of the newest evaluation that can be played, by their names. */
  | { readonly kind: 'episode'; readonly exhibits: readonly string[] }
);

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
  /** The network that this stage alone trains: with weights of its own from another run, the stage is left out. */
  readonly trains?: string;
  /** @param base the experiment's own optimiser, schedule and epochs */
  readonly defaults: (base: StageBase) => Partial<StageBase> & { readonly steps?: number };
}

/** Everything about a method that needs no tensors: schema, defaults, documentation, completion. */
export interface MethodDeclaration<Options extends { readonly name: string } = { readonly name: string }> {
  readonly name: Options['name'];
  readonly title: string;
  readonly citation: string;
  /** What the implementation stands on. */
  readonly basis: Basis;
  readonly options: z.ZodType<Options>;
  /** Where its experience comes from; absent: a data set. */
  readonly source?: 'dataset' | 'environment';
  /** Why it cannot act in an environment, given the options; null where it can. */
  unfit?(options: Options, environment: EnvironmentFacts): Unfit | null;
  /** Raw option values by preset name; the experiment's own values win. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly stages: readonly StageDeclaration[];
  /** The names under `models` that the method reads, or `any`. */
  readonly models: readonly string[] | 'any';
  /** The same where it depends on the options, as the number of peers does. */
  modelNames?(options: Options): readonly string[];
  roles(options: Options, modelNames: readonly string[]): RoleDeclaration[];
  readonly series: readonly SeriesDeclaration[];
  /** Drawn in a section of their own, in this order. */
  readonly panels?: readonly PanelDeclaration[];
  headline(options: Options): Headline;
  /** Steps a stage takes when it is asked for `asked`; absent: as asked. */
  stageSteps?(options: Options, stage: string, asked: number): number;
  /** Data-independent doubts about the options; `epochs` are those of the main stage. */
  doubts?(options: Options, run: { readonly epochs: number; readonly steps: number }): Doubt[];
  /** Why the models cannot be trained together; empty where they can. Called only with models that read the samples. */
  objections?(options: Options, backbones: ReadonlyMap<string, Backbone>, input: Shape): Objection[];
  /** Options that change nothing, given the others. */
  ineffective?(options: Options): IneffectiveOption[];
  /** The networks of a run, for estimates; absent: each model once, trained. @param backbones by the names of `models` */
  networks?(
    options: Options,
    backbones: ReadonlyMap<string, Backbone>,
    input: Shape,
    classes: number,
    /** A backbone of the experiment on another input, with another number of outputs. */
    build: (name: string, input: Shape, outputs: number) => Backbone,
  ): NetworkUse[];
  /** What follows from the options and is worth showing beside them. */
  hints?(options: Options, run: { readonly epochs: number; readonly steps: number }): Hint[];
  /** What the sources used for settings outside `method`, by dotted path. */
  readonly paper?: Readonly<Record<string, readonly PaperFact[]>>;
}

/** On what the formulas of a method rest as a whole; single options have facts of their own. */
export interface Basis {
  /** published: the paper. releasedCode: code of the authors. inferred: our reading of what little was to be had. */
  readonly certainty: 'published' | 'releasedCode' | 'inferred';
  /** A sentence that says what was read and what was not. */
  readonly note: string;
}

/** Something that would fail in the first step. */
export interface Objection {
  /** The name under `models` of which it is said, or a path below `method`. */
  readonly path: readonly ['models' | 'method', string, ...string[]];
  readonly message: string;
  readonly expected: string;
}

/** What a source used for a setting. */
export interface PaperFact {
  readonly value: unknown;
  /**
   * published: stated in the paper. releasedCode: read from the authors' code. recalled: from memory or by others.
   * inferred: our own reading or decision.
   */
  readonly certainty: 'published' | 'releasedCode' | 'recalled' | 'inferred';
  /** Where: a paper, and what of it. */
  readonly source: string;
}

/** How a network takes part in a step of the main stage. */
export interface NetworkUse {
  readonly name: string;
  readonly spec: NetworkSpec;
  /** Has gradients and optimiser slots. */
  readonly trained: boolean;
  /** Passes through the trunk: one per view. */
  readonly passes: number;
}

export interface Hint {
  /** Paths below `method` at which it is shown: the first that is written down, else at the method's name. */
  readonly paths: readonly (readonly string[])[];
  /** A few words: `λ = 0 from epoch 10`. */
  readonly text: string;
  readonly explanation: string;
}

export interface IneffectiveOption {
  /** Path below `method`. */
  readonly path: readonly string[];
  /** A clause that says why: `rampShape is none`. */
  readonly reason: string;
}

export interface Unfit {
  readonly message: string;
  readonly expected: string;
  /** Values of options that would settle it, the best first; paths below `method`. */
  readonly proposals?: readonly { readonly path: readonly string[]; readonly value: unknown }[];
}

export interface Doubt {
  readonly code: 'lambdaGoneBeforeOmega' | 'emaMemoryTooLong' | 'testSelection';
  /** Path below `method`. */
  readonly path: readonly string[];
  readonly message: string;
  readonly expected: string;
  /** Values of options that would settle it, the best first; paths below `method`. */
  readonly proposals?: readonly { readonly path: readonly string[]; readonly value: unknown }[];
}
