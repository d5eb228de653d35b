/**
 * A network as data: named blocks with static shapes. No tensors here, so that the editor can count, draw and
 * estimate a network without loading a backend.
 */

/** [height, width, channels] or [features]; the batch is never part of a shape. */
export type Shape = readonly number[];

export type Layer =
  | {
      readonly kind: 'conv';
      readonly filters: number;
      readonly kernel: number;
      readonly stride: number;
      /** Zeros added on every side, as in PyTorch. */
      readonly padding: number;
      readonly bias: boolean;
      /** Which of a kernel's sides decides how large its first values are; absent: out, as in ResNet and VGG. */
      readonly fan?: 'in' | 'out';
    }
  /** One filter per channel, without bias. */
  | {
      readonly kind: 'depthwise';
      readonly kernel: number;
      readonly stride: number;
      readonly padding: number;
    }
  | { readonly kind: 'batchNorm' }
  | { readonly kind: 'relu' }
  | { readonly kind: 'tanh' }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'globalAveragePool' }
  | { readonly kind: 'maxPool' | 'averagePool'; readonly size: number; readonly stride: number }
  /** Zeros on every side of an image. */
  | { readonly kind: 'zeroPad'; readonly padding: number }
  /** Every pixel `factor` × `factor` times. */
  | { readonly kind: 'upSample'; readonly factor: number }
  | {
      readonly kind: 'dense';
      readonly units: number;
      /** First values; absent: weights and biases uniform in ±1/√features. */
      readonly start?: 'smallNormal' | 'zeroBias';
      /** Absent: with bias. */
      readonly bias?: false;
    }
  /** Sum of both paths, then ReLU; an empty shortcut is the identity. */
  | { readonly kind: 'residual'; readonly body: readonly Layer[]; readonly shortcut: readonly Layer[] }
  /** The same without the ReLU. */
  | { readonly kind: 'sum'; readonly body: readonly Layer[]; readonly shortcut: readonly Layer[] }
  /** Channels of all paths side by side; with `split`, each path is given its equal share of the channels. */
  | { readonly kind: 'concat'; readonly split: boolean; readonly paths: readonly (readonly Layer[])[] }
  /** Channel i of group g becomes channel g of group i, so that what follows in groups sees all of them. */
  | { readonly kind: 'channelShuffle'; readonly groups: number };

export interface Block {
  /** `<stage>.<unit>` for the units of a stage; what belongs to no stage is `stem`, `norm` or `pool`. */
  readonly name: string;
  readonly layers: readonly Layer[];
}

export interface Branch {
  readonly name: string;
  readonly blocks: readonly Block[];
  /** Maps the branch's feature vector to logits. */
  readonly head: Block;
}

/** A classifier over the concatenated features of several branches. */
export interface Join {
  readonly name: string;
  readonly from: readonly string[];
  readonly head: Block;
}

export interface NetworkSpec {
  /** The backbone's name. */
  readonly family: string;
  readonly input: Shape;
  readonly trunk: readonly Block[];
  readonly branches: readonly Branch[];
  readonly joins: readonly Join[];
}

/** What a backbone gives: the part that peers can share and the part that each has alone. */
export interface Backbone {
  readonly family: string;
  readonly trunk: readonly Block[];
  readonly tail: readonly Block[];
  readonly head: Block;
}

/** One trunk, one branch named `main`. */
export function plain(backbone: Backbone, input: Shape): NetworkSpec {
  return branched(backbone, input, ['main']);
}

/** One trunk and one branch per name; with `join`, a dense classifier over all branches' features. */
export function branched(
  backbone: Backbone,
  input: Shape,
  names: readonly string[],
  join?: { readonly name: string; readonly classes: number },
): NetworkSpec {
  return {
    family: backbone.family,
    input,
    trunk: backbone.trunk,
    branches: names.map((name) => ({ name, blocks: backbone.tail, head: backbone.head })),
    joins: join
      ? [
          {
            name: join.name,
            from: names,
            head: { name: 'head', layers: [{ kind: 'dense', units: join.classes }] },
          },
        ]
      : [],
  };
}
