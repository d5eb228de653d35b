import { concat, reshape, slice, tile, transpose, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';

/** Equal parts of the last axis, in order: [..., C] → `parts` × [..., C / parts]. @param parts divides C */
export function splitChannels(x: Tensor, parts: number): Tensor[] {
  const channels = (x.shape.at(-1) ?? 0) / parts;
  const leading = x.shape.slice(0, -1);
  return Array.from({ length: parts }, (_, part) =>
    slice(x, [...leading.map(() => 0), part * channels], [...leading, channels]),
  );
}

/** Side by side on the last axis. */
export function concatChannels(parts: readonly Tensor[]): Tensor {
  return concat([...parts], -1);
}

/** Channel i of group g becomes channel g of group i (ShuffleNet): [N, H, W, C] → the same. @param groups divides C */
export function channelShuffle(x: Tensor4D, groups: number): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const grouped = reshape(x, [batch * height * width, groups, channels / groups]);
  return reshape(transpose(grouped, [0, 2, 1]), x.shape);
}

/** Nearest neighbour: every pixel `factor` × `factor` times, [N, H, W, C] → [N, H · factor, W · factor, C]. */
export function upSample(x: Tensor4D, factor: number): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const wide = tile(reshape(x, [batch * height * width, 1, channels]), [1, factor, 1]);
  const rows = reshape(wide, [batch * height, 1, width * factor * channels]);
  return reshape(tile(rows, [1, factor, 1]), [batch, height * factor, width * factor, channels]);
}
