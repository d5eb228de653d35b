import { greater, where, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * What lets an update happen or not without asking the device: a float scalar, 1 = apply, 0 = leave everything exactly
 * as it is, whatever the gradients hold. null = always apply. Made by `allFinite`.
 */
export type Gate = Scalar | null;

/** `now` where the gate is open, else `old`. A select, not a product: 0 · NaN would be NaN. */
export function gated<T extends Tensor>(now: T, old: T, gate: Scalar | undefined): T {
  return gate === undefined ? now : where(greater(gate, 0), now, old);
}

/** The gate as an optional input of a kernel. */
export function gateInput(gate: Gate): { gate?: Scalar } {
  return gate === null ? {} : { gate };
}
