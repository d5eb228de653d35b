import {
  AddN,
  addN,
  getKernel,
  memory,
  registerKernel,
  tensor1d,
  tidy,
  unregisterKernel,
  type KernelFunc,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from '../prepare.ts';
import { addInGroups } from './addN.ts';

describe('a sum of more tensors than a program may read', () => {
  const sizes: number[] = [];
  let stock: ReturnType<typeof getKernel>;
  let limit = 2;

  beforeAll(async () => {
    await prepareBackend('cpu', { env: {} });
    stock = getKernel(AddN, 'cpu');
    unregisterKernel(AddN, 'cpu');
    const counted: KernelFunc = (call) => {
      sizes.push(Object.keys(call.inputs).length);
      return stock.kernelFunc(call);
    };
    registerKernel({ ...stock, kernelFunc: (call) => addInGroups(counted, limit)(call) });
  });

  it('is their sum, made of programs that read few, and leaves nothing behind', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e5, max: 1e5 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 9 }),
        (values, most) => {
          sizes.length = 0;
          limit = most;
          const before = memory().numDataBuffers;
          const sum = tidy(() => addN(values.map((value) => tensor1d([value, -value]))));
          const total = values.reduce((a, b) => a + b, 0);
          expect([...sum.dataSync()]).toEqual([total, total === 0 ? 0 : -total]);
          sum.dispose();
          expect(memory().numDataBuffers).toBe(before);
          expect(Math.max(...sizes)).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});
