import * as tf from '@tensorflow/tfjs-core';
import { adamStep, sgdStep } from '../backends/ops/index.ts';
import type { Parameter } from '../models/network.ts';
import { learningRateFactor, type LearningRateSchedule } from '../schedules/learningRate.ts';
import type { OptimizerOptions } from '../schedules/stage.ts';

/** Saved slots by `<slot>/<network>/<parameter>`. */
export type OptimizerState = ReadonlyMap<string, Float32Array>;

const key = ({ network, name }: Parameter) => `${network}/${name}`;
const COUNT = 'count';

/** The optimiser of one group of one stage: its slots, made when a parameter first takes part. */
export class Optimizer {
  readonly #slots = new Map<string, tf.Variable>();
  /** Values restored before their parameter has been seen. */
  readonly #restored: Map<string, Float32Array>;

  constructor(
    readonly options: OptimizerOptions,
    readonly schedule: LearningRateSchedule,
    restored: OptimizerState = new Map(),
  ) {
    this.#restored = new Map(restored);
  }

  /** @param position epochs since the stage began, with fraction @param length of the stage in epochs */
  learningRate(position: number, length: number): number {
    return this.options.learningRate * learningRateFactor(this.schedule, position, length);
  }

  /** One update, in place. @param gradients one per parameter @param gate 0 leaves everything as it was */
  apply(
    parameters: readonly Parameter[],
    gradients: readonly tf.Tensor[],
    learningRate: number,
    gate: tf.Scalar | null,
  ): void {
    const variables = parameters.map(({ variable }) => variable);
    const { options } = this;
    switch (options.name) {
      case 'sgd': {
        const velocities = options.momentum === 0 ? [] : this.#slot('velocity', parameters);
        sgdStep(variables, gradients, velocities, { ...options, learningRate }, gate);
        return;
      }
      case 'adam':
      case 'adamw':
        adamStep(
          variables,
          gradients,
          {
            first: this.#slot('first', parameters),
            second: this.#slot('second', parameters),
            count: this.#variable(COUNT, []),
          },
          { ...options, learningRate, decoupled: options.name === 'adamw' },
          gate,
        );
    }
  }

  async save(): Promise<Map<string, Float32Array>> {
    const saved = new Map(this.#restored);
    for (const [name, variable] of this.#slots) saved.set(name, new Float32Array(await variable.data()));
    // By name: when a parameter first took part must not be seen in the file.
    return new Map([...saved].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  dispose(): void {
    for (const variable of this.#slots.values()) variable.dispose();
    this.#slots.clear();
  }

  #slot(slot: string, parameters: readonly Parameter[]): tf.Variable[] {
    return parameters.map((parameter) =>
      this.#variable(`${slot}/${key(parameter)}`, parameter.variable.shape),
    );
  }

  #variable(name: string, shape: number[]): tf.Variable {
    const existing = this.#slots.get(name);
    if (existing) return existing;
    const values = this.#restored.get(name);
    this.#restored.delete(name);
    const variable = tf.tidy(() => tf.variable(values ? tf.tensor(values, shape) : tf.zeros(shape), false));
    this.#slots.set(name, variable);
    return variable;
  }
}
