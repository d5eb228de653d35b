import { customGrad, mul, zerosLike, type Tensor } from '@tensorflow/tfjs-core';

/** The same values as a constant: no gradient flows through. */
export function detached<T extends Tensor>(x: T): T {
  const constant = customGrad<T>((value) => ({
    value: (value as T).clone(),
    gradFunc: () => zerosLike(value as T),
  }));
  return constant(x);
}

/** What `make` gives, as a constant: nothing of how it is made is recorded for gradients. */
export function asConstant<T extends Tensor>(make: () => T): T {
  return customGrad<T>(() => ({ value: make(), gradFunc: () => [] }))();
}

/** The same values; the gradient that flows back is multiplied by `factor`. */
export function scaledGradient<T extends Tensor>(x: T, factor: number): T {
  const identity = customGrad<T>((value) => ({
    value: (value as T).clone(),
    gradFunc: (dy: T) => mul(dy, factor),
  }));
  return identity(x);
}
