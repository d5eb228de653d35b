import {
  randomNormal,
  tensor1d,
  tidy,
  variable,
  variableGrads,
  zeros,
  zerosLike,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  type Variable,
} from '@tensorflow/tfjs-core';
import { batchNorm, conv2d, dense, globalAveragePool, sgdStep, softmaxCrossEntropy } from './ops/index.ts';

const BATCH = 8;
const SIDE = 16;
const CHANNELS = 16;
const CLASSES = 10;
const SGD = { learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4 };

/**
 * Images per second of a small training step (two 3×3 convolutions of 16 channels on 16×16 colour images, batch 8) on
 * the active backend: to compare backends by, not to predict a run.
 *
 * @param milliseconds how long to measure; at least one step is taken, after one that is not counted
 */
export async function probeSpeed(milliseconds = 1000): Promise<number> {
  const seed = 1;
  const images = randomNormal<Rank.R4>([BATCH, SIDE, SIDE, 3], 0, 1, 'float32', seed);
  const labels = tensor1d(
    Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES),
    'int32',
  );
  const weights = (shape: number[]): Variable =>
    variable(randomNormal(shape as [number], 0, 0.1, 'float32', seed));
  const parameters = [
    weights([3, 3, 3, CHANNELS]),
    weights([3, 3, CHANNELS, CHANNELS]),
    weights([CHANNELS]),
    weights([CHANNELS]),
    weights([CHANNELS, CLASSES]),
    variable(zeros([CLASSES])),
  ] as const;
  const velocities = parameters.map((parameter) => variable(zerosLike(parameter), false));
  const [first, second, gamma, beta, kernel, bias] = parameters as readonly Tensor[] as [
    Tensor4D,
    Tensor4D,
    Tensor1D,
    Tensor1D,
    Tensor2D,
    Tensor1D,
  ];
  const loss = (): ReturnType<typeof softmaxCrossEntropy> => {
    let x = images;
    for (const filters of [first, second]) {
      const convolved = conv2d(x, filters, null, { stride: 1, padding: 1 });
      x = batchNorm(convolved, gamma, beta, { epsilon: 1e-5, relu: true }).y;
    }
    return softmaxCrossEntropy(dense(globalAveragePool(x), kernel, bias), labels);
  };
  const step = async (): Promise<void> => {
    const value = tidy(() => {
      const { value, grads } = variableGrads(loss, [...parameters]);
      const gradients = parameters.map(({ name }) => grads[name] as Tensor);
      sgdStep(parameters, gradients, velocities, SGD);
      return value;
    });
    // Reading the loss waits for the device, so that what is timed has happened.
    await value.data();
    value.dispose();
  };
  await step();
  const start = performance.now();
  let steps = 0;
  do {
    await step();
    steps++;
  } while (performance.now() - start < milliseconds);
  return (1000 * BATCH * steps) / (performance.now() - start);
}
