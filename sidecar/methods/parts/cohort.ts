import type * as tf from '@tensorflow/tfjs-core';
import { scaledGradient } from '../../backends/ops/index.ts';
import { Network, type Mode, type Parameter } from '../../models/network.ts';
import { branched, plain, type Backbone, type Shape } from '../../models/spec.ts';
import type { Role } from '../training.ts';

export interface MemberOutput {
  /** What entered the pooling before the classifier. */
  readonly map: tf.Tensor;
  /** [batch, features]: what entered the classifier. */
  readonly features: tf.Tensor2D;
  readonly logits: tf.Tensor2D;
}

export interface CohortPass {
  /** What the shared trunk gave; null where members share none. */
  readonly trunk: tf.Tensor | null;
  readonly members: readonly MemberOutput[];
}

/** Networks that learn from each other: branches on one trunk, or networks that share nothing. */
export interface Cohort {
  readonly networks: Readonly<Record<string, Network>>;
  readonly paths: readonly NonNullable<Role['path']>[];
  parameters(): Parameter[];
  /** @param views one for all members, or one for each in turn */
  pass(views: readonly tf.Tensor[], mode: Mode): CohortPass;
}

const viewFor = (views: readonly tf.Tensor[], member: number): tf.Tensor => {
  const view = views.length === 1 ? views[0] : views[member];
  if (!view) throw new Error(`The batch has ${views.length} views; member ${member + 1} needs its own.`);
  return view;
};

/** A member's output on what its trunk gave, with the feature map before pooling. */
function branchOutput(network: Network, name: string, trunk: tf.Tensor, mode: Mode): MemberOutput {
  const branch = network.spec.branches.find((each) => each.name === name);
  if (!branch) throw new Error(`The network ${network.name} has no branch ${name}.`);
  const pool = branch.blocks.findIndex((block) => block.name === 'pool');
  const before = pool === -1 ? branch.blocks : branch.blocks.slice(0, pool);
  const map = network.runBlocks(name, before, trunk, mode);
  const features = network.runBlocks(name, branch.blocks.slice(before.length), map, mode) as tf.Tensor2D;
  return { map, features, logits: network.runBlocks(name, [branch.head], features, mode) as tf.Tensor2D };
}

/**
 * Members as branches of one network called `student`.
 * @param trunkGradient factor of the gradient that flows from all branches into the trunk
 */
export function branchCohort(
  backbone: Backbone,
  input: Shape,
  members: number,
  seed: number,
  trunkGradient = 1,
): Cohort {
  const names = Array.from({ length: members }, (_, index) => `branch${index + 1}`);
  const network = new Network('student', branched(backbone, input, names), { seed });
  return {
    networks: { student: network },
    paths: names.map((output) => ({ network: 'student', output })),
    parameters: () => network.parameters(),
    pass: (views, mode) => {
      const trunkOf = (x: tf.Tensor): tf.Tensor => {
        const trunk = network.trunk(x, mode);
        return trunkGradient === 1 ? trunk : scaledGradient(trunk, trunkGradient);
      };
      const shared = views.length === 1 ? trunkOf(viewFor(views, 0)) : null;
      return {
        trunk: shared,
        members: names.map((name, index) =>
          branchOutput(network, name, shared ?? trunkOf(viewFor(views, index)), mode),
        ),
      };
    },
  };
}

/** Members as networks of their own. @param backbones by the networks' names */
export function networkCohort(backbones: ReadonlyMap<string, Backbone>, input: Shape, seed: number): Cohort {
  const networks = [...backbones].map(([name, each]) => new Network(name, plain(each, input), { seed }));
  return {
    networks: Object.fromEntries(networks.map((network) => [network.name, network])),
    paths: networks.map(({ name }) => ({ network: name, output: 'main' })),
    parameters: () => networks.flatMap((network) => network.parameters()),
    pass: (views, mode) => ({
      trunk: null,
      members: networks.map((network, index) =>
        branchOutput(network, 'main', network.trunk(viewFor(views, index), mode), mode),
      ),
    }),
  };
}
