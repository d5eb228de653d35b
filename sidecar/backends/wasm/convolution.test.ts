import { engine, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stream } from '../../random/stream.ts';
import { prepareBackend } from '../prepare.ts';
import { convolve } from './convolution.ts';
import { convolutionFilterGradient } from './filterGradient.ts';
import { outputSize, planInputGradient, type ConvolutionShape } from './geometry.ts';
import { convolutionInputGradient } from './inputGradient.ts';
import { addressOf, floatsAt, type WasmBackend } from './memory.ts';
import { suitsWinograd } from './winogradTiles.ts';

const shapes: fc.Arbitrary<ConvolutionShape> = fc
  .record({
    height: fc.integer({ min: 1, max: 9 }),
    width: fc.integer({ min: 1, max: 9 }),
    inputs: fc.integer({ min: 1, max: 18 }),
    outputs: fc.integer({ min: 1, max: 18 }),
    kernelHeight: fc.integer({ min: 1, max: 5 }),
    kernelWidth: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 4 }),
  })
  .filter(({ height, width, kernelHeight, kernelWidth, padding }) => {
    const fits = height + 2 * padding >= kernelHeight && width + 2 * padding >= kernelWidth;
    return fits && padding < Math.min(kernelHeight, kernelWidth);
  });

/** Shapes that Winograd's algorithm takes. */
const winogradShapes: fc.Arbitrary<ConvolutionShape> = fc
  .record({
    height: fc.constantFrom(2, 4, 6, 10),
    width: fc.constantFrom(2, 4, 8),
    inputs: fc.constantFrom(16, 20, 28),
    outputs: fc.constantFrom(16, 24, 36),
    padding: fc.integer({ min: 0, max: 2 }),
  })
  .map((shape) => ({ ...shape, kernelHeight: 3, kernelWidth: 3, stride: 1 }))
  .filter(suitsWinograd);

const BATCH = 3;

/** All three results of a convolution by the definition, one product at a time, in double precision. */
function byDefinition(
  shape: ConvolutionShape,
  x: Float32Array,
  w: Float32Array,
  dy: Float32Array,
): Float64Array[] {
  const { height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
  const rows = outputSize(height, kernelHeight, stride, padding);
  const columns = outputSize(width, kernelWidth, stride, padding);
  const [y, dx, dw] = [new Float64Array(dy.length), new Float64Array(x.length), new Float64Array(w.length)];
  for (let n = 0; n < BATCH; n++)
    for (let p = 0; p < rows * columns; p++)
      for (let tap = 0; tap < kernelHeight * kernelWidth; tap++) {
        const row = Math.floor(p / columns) * stride + Math.floor(tap / kernelWidth) - padding;
        const column = (p % columns) * stride + (tap % kernelWidth) - padding;
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        for (let c = 0; c < inputs; c++)
          for (let d = 0; d < outputs; d++) {
            const i = ((n * height + row) * width + column) * inputs + c;
            const j = (tap * inputs + c) * outputs + d;
            const k = (n * rows * columns + p) * outputs + d;
            y[k] = (y[k] ?? 0) + (x[i] ?? 0) * (w[j] ?? 0);
            dx[i] = (dx[i] ?? 0) + (dy[k] ?? 0) * (w[j] ?? 0);
            dw[j] = (dw[j] ?? 0) + (dy[k] ?? 0) * (x[i] ?? 0);
          }
      }
  return [y, dx, dw];
}

describe('convolution kernels', () => {
  beforeAll(async () => {
    await prepareBackend('wasm', { env: {} });
  });

  it.each([
    { which: 'any size, kernel, stride and padding', arbitrary: shapes, runs: 150 },
    { which: 'the sizes that take fewer products', arbitrary: winogradShapes, runs: 40 },
  ])('agree with the definition for $which', ({ arbitrary, runs }) => {
    const check = fc.property(arbitrary, (shape) => {
      const { height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
      const rows = outputSize(height, kernelHeight, stride, padding);
      const columns = outputSize(width, kernelWidth, stride, padding);
      const random = (name: string, dimensions: Tensor4D['shape']): Tensor4D =>
        tensor4d(
          Stream.of(3, name).normals(
            dimensions.reduce((a, b) => a * b, 1),
            1,
          ),
          dimensions,
        );
      const x = random('x', [BATCH, height, width, inputs]);
      const kernel = random('kernel', [kernelHeight, kernelWidth, inputs, outputs]);
      const dy = random('dy', [BATCH, rows, columns, outputs]);
      const backend = engine().backend as unknown as WasmBackend;
      const results = [
        convolve({ x, kernel }, { stride, padding }, backend),
        convolutionInputGradient({ dy, kernel }, { stride, padding, shape: x.shape }, backend),
        convolutionFilterGradient({ x, dy }, { stride, padding, shape: kernel.shape }, backend),
      ];
      const [values, weights, gradient] = [x, kernel, dy].map((it) => it.dataSync<'float32'>()) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      byDefinition(shape, values, weights, gradient).forEach((expected, which) => {
        const actual = floatsAt(
          backend,
          addressOf(backend, results[which] as (typeof results)[number]),
          expected.length,
        );
        const worst = expected.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? NaN))),
          0,
        );
        expect(worst).toBeLessThan(1e-4);
      });
      for (const tensor of [x, kernel, dy]) tensor.dispose();
      for (const { dataId } of results) engine().backend.disposeData(dataId);
    });
    fc.assert(check, { numRuns: runs });
  });

  it('plan input gradients that read nothing outside the padded gradient and use each tap once', () => {
    const check = fc.property(shapes, (shape) => {
      const plan = planInputGradient(shape);
      for (const { sourceOffset, correlation } of plan.phases) {
        const { rows, columns, runs, run, runStep, source } = correlation;
        const last =
          sourceOffset + (rows - 1) * source.row + (columns - 1) * source.pixel + (runs - 1) * runStep + run;
        expect(sourceOffset).toBeGreaterThanOrEqual(0);
        expect(last).toBeLessThanOrEqual(plan.rows * plan.columns * shape.outputs);
      }
      const taps = plan.phases.flatMap((phase) => phase.taps.map(String));
      expect(new Set(taps).size).toBe(taps.length);
      const { height, width, stride, kernelHeight, kernelWidth } = shape;
      if (Math.min(height, width) >= stride) expect(taps.length).toBe(kernelHeight * kernelWidth);
    });
    fc.assert(check);
  });
});
