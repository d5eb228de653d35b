import { add, matMul, transpose, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { columnSums } from './columnSums.ts';
import { declareKernel, type NoAttributes } from './kernel.ts';

interface DenseInputs {
  x: Tensor2D;
  kernel: Tensor2D;
  bias?: Tensor1D;
}

const kernelOfDense = declareKernel<DenseInputs, NoAttributes, Tensor2D>({
  name: 'TrainingDense',
  composed: ({ x, kernel, bias }) => {
    const y = matMul<Tensor2D>(x, kernel);
    return bias === undefined ? y : add(y, bias);
  },
  differentiation: {
    saveInputs: ['x', 'kernel'],
    gradients: (dy, saved) => {
      const [x, kernel] = saved as [Tensor2D, Tensor2D];
      return {
        // Transposed apart: some backends multiply transposed matrices without their fast path.
        x: () => matMul(dy, transpose(kernel)),
        kernel: () => matMul(transpose(x), dy),
        bias: () => columnSums(dy),
      };
    },
  },
});

/**
 * Fully connected layer, x · kernel + bias.
 *
 * @param x features, [N, F]
 * @param kernel [F, units]
 * @param bias [units], or null for none
 * @returns [N, units]
 */
export function dense(x: Tensor2D, kernel: Tensor2D, bias: Tensor1D | null): Tensor2D {
  return kernelOfDense({ x, kernel, ...(bias === null ? {} : { bias }) }, {});
}
