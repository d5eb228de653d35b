import { add, cast, equal, mul, scalar, sum, tidy, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * 1 if every element of every tensor is finite, else 0; computed on the device, nothing is read back.
 * An empty list is finite.
 */
export function allFinite(tensors: readonly Tensor[]): Scalar {
  // x · 0 is 0 for finite x and NaN otherwise, and a sum keeps the NaN; not every backend has IsNaN or IsFinite.
  return tidy(() => {
    const traces = tensors.map((x) => sum<Scalar>(mul(x, 0)));
    const total = traces.reduce((a, b) => add(a, b), scalar(0));
    return cast(equal(total, 0), 'float32');
  });
}
