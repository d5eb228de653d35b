import type * as tf from '@tensorflow/tfjs-core';
import { INFERENCE, Network, TRAINING, type Mode, type Parameter } from '../../models/network.ts';
import type { StagedModel } from '../../models/stagedModel.ts';
import { singleBlock } from '../../models/transform.spec.ts';
import { logitsOf } from '../parts/supervised.ts';
import { adapterLayers, fitsAsItIs, type Pair } from './pairs.spec.ts';

interface Adapter {
  readonly into: Network;
  readonly outOf: Network;
}

/** A student some of whose blocks are the teacher's. Which ones is said anew with each pass. */
export class Hybrid {
  readonly #adapters: readonly (Adapter | null)[];

  constructor(
    readonly teacher: StagedModel,
    readonly student: StagedModel,
    readonly pairs: readonly Pair[],
    seed: number,
  ) {
    this.#adapters = pairs.map((pair, index) => {
      if (fitsAsItIs(pair)) return null;
      const adapter = (name: string, from: Pair['studentInput'], to: Pair['studentInput']): Network =>
        new Network(
          `${name}${index + 1}`,
          singleBlock('adapter', from, 'adapter', adapterLayers(from, to) ?? []),
          { seed },
        );
      return {
        into: adapter('adapterIn', pair.studentInput, pair.teacherInput),
        outOf: adapter('adapterOut', pair.teacherOutput, pair.studentOutput),
      };
    });
  }

  get adapters(): Network[] {
    return this.#adapters.flatMap((adapter) => (adapter ? [adapter.into, adapter.outOf] : []));
  }

  /** @param gates true: the student's part runs, false: the teacher's; one for each pair */
  logits(x: tf.Tensor, gates: readonly boolean[], student: Mode, teacher: Mode): tf.Tensor2D {
    let h = this.student.stem(x, student);
    this.pairs.forEach((pair, index) => {
      h = gates[index]
        ? this.student.run(pair.student, h, student)
        : this.#swapped(pair, this.#adapters[index] ?? null, h, student, teacher);
    });
    return this.student.finish(h, student).logits;
  }

  /** What takes part in a step: everything of the student that runs, and the adapters around what does not. */
  parameters(gates: readonly boolean[]): Parameter[] {
    const { stem, neck, head } = this.student.staged;
    const running = this.pairs.flatMap((pair, index) => (gates[index] ? pair.student : []));
    const adapters = this.#adapters.flatMap((adapter, index) =>
      adapter && !gates[index] ? [adapter.into, adapter.outOf] : [],
    );
    return [
      ...this.student.parameters([...stem, ...running, ...neck, head]),
      ...adapters.flatMap((network) => network.parameters()),
    ];
  }

  #swapped(pair: Pair, adapter: Adapter | null, h: tf.Tensor, student: Mode, teacher: Mode): tf.Tensor {
    const inside = adapter ? logitsOf(adapter.into, h, student) : h;
    const out = this.teacher.run(pair.teacher, inside, teacher);
    return adapter ? logitsOf(adapter.outOf, out, student) : out;
  }
}

export const teacherMode = (how: 'frozen' | 'batch'): Mode =>
  how === 'frozen' ? INFERENCE : { ...TRAINING, updateStatistics: false };
