import type * as tf from '@tensorflow/tfjs-core';
import { Network, type Mode, type Parameter } from '../../models/network.ts';
import { plain, type Shape } from '../../models/spec.ts';
import type { StagedModel } from '../../models/stagedModel.ts';
import { rearOf, singleBlock, transformLayers } from '../../models/transform.spec.ts';
import { logitsOf } from '../parts/supervised.ts';
import type { SftnOptions } from './options.ts';

/** Student branches on a teacher: a transform after each stage but the last, then the student's next stages and head. */
export interface Branches {
  readonly networks: Readonly<Record<string, Network>>;
  parameters(): Parameter[];
  /** Logits of every branch. @param stages what the teacher's stages gave */
  logits(stages: readonly tf.Tensor[], mode: Mode): tf.Tensor2D[];
  /** Stages 2 to the last, neck and head of the student from the first branch. */
  copyInto(student: StagedModel): void;
}

export function studentBranches(
  student: StagedModel,
  teacherShapes: readonly Shape[],
  { branchSharing, identityWhenEqual }: Pick<SftnOptions, 'branchSharing' | 'identityWhenEqual'>,
  seed: number,
): Branches {
  const { staged, network: plainStudent } = student;
  const family = plainStudent.spec.family;
  const attached = staged.stages.slice(0, -1);
  const transforms = attached.map(({ output }, index) => {
    const from = teacherShapes[index] ?? [];
    const layers = transformLayers(from, output, identityWhenEqual);
    if (!layers) throw new Error(`No transform leads from [${from.join(', ')}] to [${output.join(', ')}].`);
    return new Network(`transform${index + 1}`, singleBlock('transform', from, 'transform', layers), {
      seed,
    });
  });
  const rears = (branchSharing === 'shared' ? attached.slice(0, 1) : attached).map(
    ({ output }, index) =>
      new Network(`branch${index + 1}`, plain(rearOf(staged, index + 1, family), output), { seed }),
  );
  const rear = (index: number): Network => {
    const found = rears[branchSharing === 'shared' ? 0 : index];
    if (!found) throw new Error(`There is no branch ${index + 1}.`);
    return found;
  };
  return {
    networks: Object.fromEntries([...transforms, ...rears].map((network) => [network.name, network])),
    parameters: () => [...transforms, ...rears].flatMap((network) => network.parameters()),
    logits: (stages, mode) =>
      transforms.map((transform, index) => {
        const h = logitsOf(transform, stages[index] as tf.Tensor, mode) as tf.Tensor;
        const network = rear(index);
        // A shared branch is entered at the stage that continues this one.
        const blocks = staged.stages.slice(index + 1).flatMap((stage) => stage.blocks);
        return network.branch('main', network.runBlocks('trunk', blocks, h, mode), mode).logits;
      }),
    copyInto: (target) => {
      const [first] = rears;
      if (!first) return;
      const blocks = [
        ...staged.stages.slice(1).flatMap((stage) => stage.blocks),
        ...staged.neck,
        staged.head,
      ];
      const within = (name: string): string => name.slice(name.indexOf('/') + 1);
      const sources = new Map(first.declarations.map(({ name }) => [within(name), name]));
      for (const name of target.tensors(blocks)) {
        const source = sources.get(within(name));
        if (source === undefined) throw new Error(`The first branch has no ${name}.`);
        target.network.variable(name).assign(first.variable(source));
      }
    },
  };
}
