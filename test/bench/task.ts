import { tensor, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { backbone } from '../../sidecar/models/registry.spec.ts';
import { plain, type NetworkSpec } from '../../sidecar/models/spec.ts';
import { Stream } from '../../sidecar/random/stream.ts';

/** What all sides train: ResNet-8 on 32×32 colour images of 10 classes. */
export const SIDE = 32;
export const CLASSES = 10;
export const BATCH = 32;

/** SGD with Nesterov momentum. */
export const LEARNING_RATE = 0.05;
export const MOMENTUM = 0.9;
export const WEIGHT_DECAY = 5e-4;

const IMAGE = [SIDE, SIDE, 3] as const;

export const resnet8: NetworkSpec = plain(backbone({ name: 'resnet8' }, IMAGE, CLASSES), IMAGE);

/** One batch of made-up images, [N, 32, 32, 3], and labels, [N]. */
export interface Batch {
  readonly images: Tensor4D;
  readonly labels: Tensor1D;
}

/** The same batch every time. */
export function makeBatch(): Batch {
  const pixels = Stream.of(1, 'images').normals(BATCH * SIDE * SIDE * 3, 1);
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES);
  return {
    images: tensor(pixels, [BATCH, ...IMAGE]),
    labels: tensor(labels, [BATCH], 'int32'),
  };
}
