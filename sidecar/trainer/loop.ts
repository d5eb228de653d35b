import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { NOT_COLLAPSING } from '../analysis/collapse.ts';
import { assertNoFault, type PreparedBackend } from '../backends/prepared.ts';
import type { Experiment } from '../config/experiment.ts';
import type { StagePlan } from '../config/plan.ts';
import type { BatchSource } from '../datasets/batchSource.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Headline } from '../methods/declaration.ts';
import type { Clock, Stage, Training, TrainingBatch } from '../methods/training.ts';
import type { CheckpointState, RunState } from './checkpointCodec.ts';
import type { Evaluator } from './evaluator.ts';
import { Keeper } from './keeper.ts';
import { Optimizer, type OptimizerState } from './optimizer.ts';
import { collapsedOutcome, dumpNotFinite, type Outcome } from './outcomes.ts';
import { disposeResult, outputsOf, runPhase, type PhaseResult, type Updater } from './phase.ts';
import { Meter } from './recorder.ts';
import type { RunFiles } from './runFiles.ts';
import { readFinite, readReport } from './stepReport.ts';

export interface LoopSetup {
  readonly files: RunFiles;
  readonly training: Training;
  readonly stages: readonly StagePlan[];
  readonly stepsPerEpoch: number;
  readonly settings: Pick<Experiment, 'training' | 'logging' | 'evaluation' | 'checkpoints'>;
  readonly headline: Headline;
  /** null where the method draws from an environment. */
  readonly data: { readonly dataset: Dataset; readonly source: BatchSource } | null;
  readonly evaluator: Evaluator;
  readonly backend: Pick<PreparedBackend, 'readIsFree' | 'fault'>;
  /** Aborted by SIGTERM and SIGINT: checkpoint, then end. */
  readonly signal: AbortSignal;
  readonly restored: {
    readonly state: CheckpointState;
    readonly optimizers: ReadonlyMap<string, OptimizerState>;
  } | null;
}

const INITIAL: RunState = {
  step: 0,
  stage: 0,
  stageStep: 0,
  score: null,
  best: null,
  collapse: NOT_COLLAPSING,
  collapsed: null,
  sawNonFinite: false,
  test: null,
  activeSeconds: 0,
};

/** The training loop, once for all methods: draw batch → losses → gradients → update → report. */
export class Loop {
  state: RunState;
  readonly #meter = new Meter();
  #optimizers = new Map<string, Optimizer>();
  #restored: ReadonlyMap<string, OptimizerState>;
  readonly #keeper: Keeper;

  constructor(readonly setup: LoopSetup) {
    this.state = setup.restored?.state ?? INITIAL;
    this.#restored = setup.restored?.optimizers ?? new Map<string, OptimizerState>();
    this.#keeper = new Keeper(setup);
  }

  async run(): Promise<Outcome> {
    const { training, stages } = this.setup;
    this.#keeper.begin(this.state);
    while (this.state.stage < stages.length) {
      const [stage, plan] = [training.stages[this.state.stage], stages[this.state.stage]];
      if (!stage || !plan) throw new Error(`The method has no stage ${this.state.stage + 1}.`);
      const outcome = await this.#runStage(stage, plan);
      if (outcome) return outcome;
      this.state = { ...this.state, stage: this.state.stage + 1, stageStep: 0 };
    }
    if (this.state.test === null) {
      this.state = { ...this.state, test: await this.setup.evaluator.test(this.state) };
      await this.#checkpoint();
    }
    return { status: 'completed' };
  }

  async #runStage(stage: Stage, plan: StagePlan): Promise<Outcome | null> {
    // Kept until now: a longer run may begin from the last checkpoint.
    for (const optimizer of this.#optimizers.values()) optimizer.dispose();
    const groups = new Set([
      ...stage.phases.map(({ optimizer }) => optimizer),
      ...Object.keys(stage.optimizers ?? {}),
    ]);
    this.#optimizers = new Map(
      [...groups].map((group) => {
        const options = stage.optimizers?.[group]?.(plan.optimizer) ?? plan.optimizer;
        return [group, new Optimizer(options, plan.schedule, this.#restored.get(group))];
      }),
    );
    this.#restored = new Map();
    if (this.state.stageStep === 0 && plan.steps > 0) await stage.begin?.(this.setup.evaluator.samples);
    const views = Math.max(0, ...stage.phases.map((phase) => phase.views));
    const { state } = this;
    if (views > 0)
      this.setup.data?.source.begin({ stage: state.stage, from: state.stageStep, to: plan.steps, views });
    while (this.state.stageStep < plan.steps) {
      const { want, state } = await this.#keeper.reconcile(this.state, this.#optimizers);
      this.state = state;
      if (want === 'stop') {
        await this.#checkpoint();
        return { status: 'stopped' };
      }
      const failure = await this.#step(stage, plan, views);
      if (failure) return failure;
    }
    return null;
  }

  async #step(stage: Stage, plan: StagePlan, views: number): Promise<Outcome | null> {
    const { settings, files, evaluator, stepsPerEpoch } = this.setup;
    const { readIsFree } = this.setup.backend;
    const { step: before, stageStep } = this.state;
    const clock: Clock = {
      step: before,
      stageStep,
      epoch: Math.floor(stageStep / stepsPerEpoch),
      stage: stage.name,
    };
    await stage.beforeStep?.(clock, this.setup.evaluator.samples);
    const waitedFrom = performance.now();
    const batch = views > 0 ? await this.#batch() : null;
    const waited = performance.now() - waitedFrom;
    const updater = this.#updaters(plan, stageStep);
    const results = this.#runPhases(stage, batch, clock, updater);
    this.#meter.step(batch?.size ?? 1, waited);
    this.state = { ...this.state, step: before + 1, stageStep: stageStep + 1, score: null };
    const { step } = this.state;

    const logged = step === 1 || step % settings.logging.every === 0;
    // On a GPU the verdict is read with the logged point; until then the gate keeps bad updates out.
    let finite = logged || !readIsFree || (await readFinite(results));
    let numbers: Readonly<Record<string, number>> = {};
    if (logged || !finite) {
      const report = await readReport(results, batch);
      assertNoFault(this.setup.backend);
      finite = report.finite;
      numbers = report.series;
      files.events.scalars(step, Date.now() / 1000, {
        ...report.series,
        ...prefixed('schedule', stage.schedules(clock)),
        ...stage.measures?.(clock),
        'schedule/learningRate': updater(stage.phases[0]?.optimizer ?? '').learningRate,
        'schedule/epoch': (stageStep + 1) / stepsPerEpoch,
        ...this.#meter.read(),
      });
    }
    if (stage.record && batch && finite && (logged || readIsFree || (await readFinite(results))))
      await stage.record({ batch, outputs: outputsOf(results) }, clock);
    results.forEach(disposeResult);
    const samples = batch?.samples;
    if (batch) tf.dispose([...batch.views, batch.labels]);
    if (!finite) {
      this.state = { ...this.state, sawNonFinite: true };
      if (settings.training.onNonFinite === 'stop') {
        this.#keeper.record(this.state, 'now');
        return dumpNotFinite(files, { step, stage: stage.name, samples: [...(samples ?? [])], numbers });
      }
    }

    const perEvaluation = stepsPerEpoch * settings.evaluation.every;
    const ended = this.state.stageStep === plan.steps && this.state.stage === this.setup.stages.length - 1;
    const evaluated = ended || this.state.stageStep % perEvaluation === 0;
    if (evaluated) {
      const now = this.state;
      this.state = await this.#meter.aside(() => evaluator.evaluate(now, { ...clock, step }));
      this.#keeper.record(this.state, 'now');
      if (this.state.collapsed?.step === step && settings.training.onCollapse === 'stop')
        return collapsedOutcome(this.state.collapsed);
    }
    // The last checkpoint also holds the test result, so it is written after the test.
    if (!ended && this.#keeper.isCheckpointDue(this.state)) await this.#meter.aside(() => this.#checkpoint());
    this.#keeper.record(this.state, 'sometimes');
    await setImmediate();
    return null;
  }

  async #checkpoint(): Promise<void> {
    this.state = await this.#keeper.save(this.state, this.#optimizers);
  }

  #runPhases(
    stage: Stage,
    batch: TrainingBatch | null,
    clock: Clock,
    updater: (group: string) => Updater,
  ): PhaseResult[] {
    const results: PhaseResult[] = [];
    for (const phase of stage.phases) {
      if (phase.active && !phase.active(clock)) continue;
      results.push(runPhase(phase, batch ?? NO_BATCH, clock, updater));
    }
    if (stage.afterStep)
      tf.tidy(() => {
        const gate = results.reduce<tf.Scalar | null>(
          (all, { finite }) => (all ? tf.mul(all, finite) : finite),
          null,
        );
        stage.afterStep?.(clock, gate);
      });
    return results;
  }

  /** Each optimiser group with its learning rate at a step of the stage. */
  #updaters(plan: StagePlan, stageStep: number): (group: string) => Updater {
    const position = stageStep / this.setup.stepsPerEpoch;
    return (group) => {
      const optimizer = this.#optimizers.get(group);
      if (!optimizer) throw new Error(`The stage ${plan.name} has no optimiser group ${group}.`);
      return { optimizer, learningRate: optimizer.learningRate(position, plan.epochs) };
    };
  }

  async #batch(): Promise<TrainingBatch> {
    const { data } = this.setup;
    if (!data) throw new Error('The stage wants batches but the experiment has no data set.');
    const { views, labels, size, samples } = await data.source.next();
    return {
      size,
      samples,
      views: views.map((values) => tf.tensor(values, [size, ...data.dataset.shape])),
      labels: tf.tensor1d(labels, 'int32'),
    };
  }
}

const prefixed = (prefix: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));

/** What a phase that draws no batch is given. */
const NO_BATCH: TrainingBatch = {
  size: 0,
  views: [],
  samples: new Uint32Array(),
  get labels(): tf.Tensor1D {
    throw new Error('This phase declares no views, so it has no labels.');
  },
};
