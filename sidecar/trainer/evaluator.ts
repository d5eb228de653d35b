import { setImmediate } from 'node:timers/promises';
import { observeCollapse } from '../analysis/collapse.ts';
import type { ClassificationMetrics } from '../analysis/classification.ts';
import type { Experiment } from '../config/experiment.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Headline } from '../methods/declaration.ts';
import type { Clock, PlainSamples, Training } from '../methods/training.ts';
import { listCheckpoints, readCheckpoint } from '../store/checkpoints.ts';
import { restoreNetworks, type RunState } from './checkpointCodec.ts';
import { writeExhibits, writePredictions } from './evaluationFiles.ts';
import { evaluate, splitOf, type EvaluatedSplit } from './evaluation.ts';
import { plainSamplesOf } from './plainSamples.ts';
import { predictionsAt } from './predictions.ts';
import { histogramOf } from './recorder.ts';
import type { RunFiles } from './runFiles.ts';

export interface EvaluatorSetup {
  readonly files: RunFiles;
  readonly training: Training;
  readonly settings: Pick<Experiment, 'evaluation' | 'logging' | 'checkpoints'>;
  readonly headline: Headline;
  readonly data: { readonly dataset: Dataset; readonly validation: Uint32Array } | null;
}

const breathe = async (): Promise<void> => {
  await setImmediate();
};

/** Measures on the validation split, follows the best and the collapse, and measures once on the test split. */
export class Evaluator {
  /** For methods that look at samples between steps. */
  readonly samples: PlainSamples;

  constructor(readonly setup: EvaluatorSetup) {
    this.samples = plainSamplesOf(setup.data, setup.settings.evaluation.batchSize);
  }

  /** @param clock of the step just completed; `clock.step` counts it @returns the state with best, score and collapse */
  async evaluate(state: RunState, clock: Clock): Promise<RunState> {
    const { training, files, settings, headline } = this.setup;
    const wallTime = () => Date.now() / 1000;
    if (training.evaluation.kind === 'custom') {
      const { series, exhibits } = await training.evaluation.evaluate(clock);
      files.events.scalars(clock.step, wallTime(), { ...series });
      if (exhibits) writeExhibits(files, { version: 1, step: clock.step, exhibits });
      return this.#follow({ ...state, sawNonFinite: false }, clock, series[headline.series]);
    }
    const onTest = headline.series.startsWith('test/');
    const split = this.#split(onTest ? 'test' : 'validation');
    if (!split || split.samples.length === 0) return { ...state, sawNonFinite: false };
    const name = onTest ? 'test' : 'validation';
    const { batchSize } = settings.evaluation;
    await training.evaluation.prepare?.(clock, this.samples);
    const result = await evaluate(training.evaluation, split, batchSize, clock.stage, breathe);
    const { metrics, diversity, logits, labels } = result;
    const crossEntropy = Object.fromEntries(
      Object.entries(metrics).map(([role, each]) => [role, each.crossEntropy]),
    );
    const series = {
      ...metricSeries(name, metrics),
      ...Object.fromEntries(Object.entries(diversity).map(([key, value]) => [`diversity/${key}`, value])),
      ...(await training.evaluation.observe?.({ clock, logits, labels, crossEntropy }, this.samples)),
    };
    files.events.scalars(clock.step, wallTime(), series);
    writePredictions(files, predictionsAt(clock.step, name, split, result, settings.logging.samples));
    if (settings.logging.histograms) await this.#histograms(clock.step);
    const { best } = training.evaluation;
    const seen = observeCollapse(state.collapse, {
      epoch: clock.epoch,
      classes: split.dataset.classes,
      lossFinite: !state.sawNonFinite,
      heads: Object.fromEntries(
        // A stage that trains none of them is judged by the roles that it has.
        (best.id in metrics ? best.among : Object.keys(metrics)).map((role) => [
          role,
          metrics[role]?.top1 ?? NaN,
        ]),
      ),
      entropies: Object.fromEntries(
        Object.entries(metrics).flatMap(([role, { marginalEntropy }]) =>
          role === best.id ? [] : [[role, marginalEntropy]],
        ),
      ),
    });
    return this.#follow(
      {
        ...state,
        collapse: seen.state,
        collapsed: state.collapsed ?? (seen.collapsed && { ...seen.collapsed, step: clock.step }),
        sawNonFinite: false,
      },
      clock,
      (series as Record<string, number>)[headline.series],
    );
  }

  /** Once, at the end, with the best networks; the last ones are put back. Empty where it does not apply. */
  async test(state: RunState): Promise<Record<string, Record<string, number>>> {
    const { training, files, settings } = this.setup;
    const { evaluation } = training;
    if (!settings.evaluation.test) return {};
    if (evaluation.kind === 'custom')
      return evaluation.test ? this.#withBest(state, evaluation.test.bind(evaluation)) : {};
    const split = this.#split('test');
    if (!split) return {};
    const { metrics } = await this.#withBest(state, () =>
      evaluate(evaluation, split, settings.evaluation.batchSize, null, breathe),
    );
    if (!this.setup.headline.series.startsWith('test/'))
      files.events.scalars(state.step, Date.now() / 1000, metricSeries('test', metrics));
    return Object.fromEntries(
      Object.entries(metrics).map(([role, { top1, top5, crossEntropy, ece }]) => [
        role,
        { top1, top5, crossEntropy, ece },
      ]),
    );
  }

  /** Measures with the networks that were the best; the last ones are put back. */
  async #withBest<T>(state: RunState, measure: () => Promise<T>): Promise<T> {
    const last = await snapshot(this.setup.training);
    await this.#loadBest(state);
    const found = await measure();
    for (const [network, values] of last) for (const [name, data] of values) network.set(name, data);
    return found;
  }

  async #loadBest({ best, step }: RunState): Promise<void> {
    const { files, training, settings } = this.setup;
    if (!best || best.step === step || settings.checkpoints.keepBest === 0) return;
    const checkpoint = (await listCheckpoints(files.runDir)).find((each) => each.step === best.step);
    if (!checkpoint)
      throw new Error(
        `The best checkpoint, of step ${best.step}, is gone. Raise checkpoints.keepBest or do not delete it.`,
      );
    restoreNetworks(training, await readCheckpoint(checkpoint));
  }

  /** Of equal values the later is the better one, as retention has it. */
  #follow(state: RunState, clock: Clock, value: number | undefined): RunState {
    if (value === undefined || !Number.isFinite(value)) return state;
    const sign = this.setup.headline.better === 'higher' ? 1 : -1;
    const better = !state.best || sign * (value - state.best.value) >= 0;
    return { ...state, score: value, best: better ? { value, step: clock.step } : state.best };
  }

  #split(name: 'validation' | 'test'): EvaluatedSplit | null {
    const { data } = this.setup;
    if (!data) return null;
    return splitOf(name, data.dataset, data.validation);
  }

  async #histograms(step: number): Promise<void> {
    const { training, files } = this.setup;
    for (const network of Object.values(training.networks))
      for (const { name, variable } of network.parameters())
        files.events.histogram(
          step,
          Date.now() / 1000,
          `weights/${network.name}/${name}`,
          histogramOf(await variable.data<'float32'>()),
        );
  }
}

/** `<split>/<role>/<metric>`; accuracies in per cent. */
export function metricSeries(
  split: string,
  metrics: Readonly<Record<string, ClassificationMetrics>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([role, { top1, top5, crossEntropy, ece, marginalEntropy }]) => [
      [`${split}/${role}/top1`, 100 * top1],
      [`${split}/${role}/top5`, 100 * top5],
      [`${split}/${role}/crossEntropy`, crossEntropy],
      [`${split}/${role}/ece`, ece],
      [`${split}/${role}/marginalEntropy`, marginalEntropy],
    ]),
  );
}

async function snapshot(training: Training) {
  return Promise.all(
    Object.values(training.networks).map(async (network) => {
      const values = network.declarations.map(
        async ({ name }) => [name, new Float32Array(await network.variable(name).data<'float32'>())] as const,
      );
      return [network, await Promise.all(values)] as const;
    }),
  );
}
