/** What training operations are given: by their definitions in `ops` as by what a backend has of its own. */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** Options of batch normalisation in both modes. */
export interface BatchNormOptions {
  /** Added to the variance, > 0 (PyTorch: 1e-5). */
  readonly epsilon: number;
  /** Whether a ReLU follows, fused into the operation. */
  readonly relu: boolean;
}

/** What is normalised: x, [..., C], then scaled and shifted, [C]. */
export interface Normalised {
  readonly x: Tensor;
  readonly gamma: Tensor1D;
  readonly beta: Tensor1D;
}

/** What the gradients of a batch normalisation are made of: y is its output, dy the gradient of that; the others are [C]. */
export interface BatchNormGradientInputs {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly gamma: Tensor1D;
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
  readonly dy: Tensor;
}

/** Stride and symmetric padding of a convolution. */
export interface Window {
  readonly stride: number;
  readonly padding: number;
}

/** A convolution whose gradient is wanted, and the shape of that. */
export interface GradientGeometry extends Window {
  readonly shape: [number, number, number, number];
}
