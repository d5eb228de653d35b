import { tensor4d, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { channelShuffle, concatChannels, splitChannels, upSample } from './channels.ts';
import { depthwiseConv2d } from './depthwiseConv2d.ts';
import {
  expectClose,
  expectGradientsToBeSlopes,
  normalTensor,
  numbers,
  use,
  valueAndGradients,
} from './testing.ts';

const GEOMETRIES = [3, 5].flatMap((kernel) =>
  [1, 2, 3].flatMap((stride) => [7, 8].map((size) => ({ kernel, stride, size, padding: (kernel - 1) / 2 }))),
);

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => use(backend));

  it.each(GEOMETRIES)(
    'depthwise convolution, kernel $kernel, stride $stride, size $size, has gradients that are slopes',
    ({ kernel, stride, padding, size }) => {
      const inputs = [normalTensor('x', [2, size, size, 5]), normalTensor('kernel', [kernel, kernel, 5, 1])];
      expectGradientsToBeSlopes(
        (x: Tensor, filters: Tensor) =>
          depthwiseConv2d(x as Tensor4D, filters as Tensor4D, { stride, padding }),
        inputs,
        2e-3,
      );
    },
  );

  it('a depthwise convolution sees one channel at a time', () => {
    const x = tensor4d([1, 10, 2, 20, 3, 30, 4, 40], [1, 2, 2, 2]);
    const kernel = tensor4d([1, 0, 1, 1], [1, 2, 2, 1]);
    // Channel 0: left + right; channel 1: right alone.
    expect(numbers(depthwiseConv2d(x, kernel, { stride: 1, padding: 0 }))).toEqual([3, 20, 7, 40]);
  });

  it('channels are split, shuffled, put together and repeated as by hand', () => {
    const x = tensor4d([0, 1, 2, 3, 4, 5], [1, 1, 1, 6]);
    expect(splitChannels(x, 3).map(numbers)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(numbers(concatChannels(splitChannels(x, 3)))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(numbers(channelShuffle(x, 2))).toEqual([0, 3, 1, 4, 2, 5]);
    const image = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    expect(numbers(upSample(image, 2))).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });

  it('all of that has gradients that are slopes', () => {
    expectGradientsToBeSlopes(
      (x: Tensor) => {
        const [first, second] = splitChannels(x, 2) as [Tensor, Tensor];
        return upSample(channelShuffle(concatChannels([second, first, second]) as Tensor4D, 3), 2);
      },
      [normalTensor('x', [2, 3, 3, 6])],
      2e-3,
    );
  });
});

describe('a depthwise convolution', () => {
  it('gives the same on wasm as on cpu', async () => {
    const run = () =>
      valueAndGradients(
        (x, kernel) => depthwiseConv2d(x as Tensor4D, kernel as Tensor4D, { stride: 2, padding: 1 }),
        [normalTensor('x', [2, 9, 9, 4]), normalTensor('kernel', [3, 3, 4, 1])],
      );
    await use('cpu');
    const expected = run();
    await use('wasm');
    run().forEach((list, index) => {
      expectClose(list, expected[index] ?? [], 5e-5);
    });
  });
});
