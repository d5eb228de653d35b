import { util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from './deviceErrors.ts';

/** A number that a program is given with each run. */
interface Uniform {
  readonly type: 'float32' | 'int32';
  readonly data: number[];
}

/** A program as TensorFlow.js's WebGPU backend takes it, which also keeps notes in it. */
interface Program {
  readonly variableNames: string[];
  readonly outputShape: number[];
  readonly uniforms: string;
  readonly shaderKey: string;
  readonly size: true;
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { readonly x: number[] };
  readonly dispatch: [number, number, number];
  readonly getUserCode: () => string;
}

/** What this project uses of TensorFlow.js's WebGPU backend. */
export interface WebgpuBackend {
  readonly device: Device & { readonly limits: { readonly maxStorageBuffersPerShaderStage: number } };
  runWebGPUProgram(program: Program, inputs: TensorInfo[], dtype: 'float32', uniforms: Uniform[]): TensorInfo;
  disposeData(dataId: object): unknown;
}

/** A formula for each element of a tensor. */
export interface Formula {
  /** Names the text below: one name, one text. */
  readonly name: string;
  /** Tensors of 32-bit floats by the capitals under which the text reads them, flat. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** Numbers that the text reads as `uniforms.<name>`. */
  readonly numbers?: Readonly<Record<string, number>>;
  readonly integers?: Readonly<Record<string, number>>;
  /** WGSL of a function body with `index`, the flat index of the element, that returns it. */
  readonly body: string;
}

/** Threads that a program starts together. */
const WORKGROUP = 128;

/** Runs a formula, a thread for each element of a tensor of that shape. */
export function compute(
  backend: WebgpuBackend,
  shape: readonly number[],
  { name, inputs, numbers = {}, integers = {}, body }: Formula,
): TensorInfo {
  const [floats, counts] = [Object.entries(numbers), Object.entries(integers)];
  const program: Program = {
    variableNames: Object.keys(inputs),
    outputShape: [...shape],
    uniforms: [...floats.map(([key]) => `${key} : f32, `), ...counts.map(([key]) => `${key} : i32, `)].join(
      '',
    ),
    shaderKey: `distillery_${name}`,
    size: true,
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [Math.ceil(util.sizeFromShape([...shape]) / WORKGROUP), 1, 1],
    getUserCode: () => `
      fn element(index : i32) -> f32 {
        ${body}
      }
      fn main(index : i32) {
        if (index < uniforms.size) { setOutputAtIndex(index, element(index)); }
      }`,
  };
  const uniforms: Uniform[] = [
    ...floats.map(([, value]) => ({ type: 'float32' as const, data: [value] })),
    ...counts.map(([, value]) => ({ type: 'int32' as const, data: [value] })),
  ];
  return backend.runWebGPUProgram(program, Object.values(inputs), 'float32', uniforms);
}

/** The last axis of a tensor, and what all others come to. */
export function rowsAndColumns({ shape }: TensorInfo): { readonly rows: number; readonly columns: number } {
  const columns = shape.at(-1) ?? 1;
  return { rows: util.sizeFromShape([...shape]) / columns, columns };
}

/**
 * Sums of a formula over all axes of `x` but the last, [columns]: many partial sums, each by one thread, then their sums.
 *
 * @param factor multiplies the sums, e.g. 1 / rows for means
 * @param body WGSL that returns the addend at `index`, whose column is `column`
 */
export function sumColumns(
  backend: WebgpuBackend,
  x: TensorInfo,
  { name, inputs, body }: Pick<Formula, 'name' | 'inputs' | 'body'>,
  factor = 1,
): TensorInfo {
  const { rows, columns } = rowsAndColumns(x);
  const parts = Math.ceil(Math.sqrt(rows));
  const partial = compute(backend, [parts, columns], {
    name: `${name}_partial`,
    inputs,
    integers: { rows, columns, parts },
    // Functions of WGSL stand beside each other, so this one ends `element` and begins anew.
    body: `
        let column = index % uniforms.columns;
        var sum = 0.0;
        for (var row = index / uniforms.columns; row < uniforms.rows; row = row + uniforms.parts) {
          sum = sum + addend(row * uniforms.columns + column, column);
        }
        return sum;
      }
      fn addend(index : i32, column : i32) -> f32 {
        ${body}`,
  });
  return sumOfParts(backend, partial, [columns], parts, factor);
}

/** Sums the rows of `partial`, [parts, elements of `shape`], which is disposed of, and multiplies them. */
export function sumOfParts(
  backend: WebgpuBackend,
  partial: TensorInfo,
  shape: readonly number[],
  parts: number,
  factor = 1,
): TensorInfo {
  const sums = compute(backend, shape, {
    name: 'sum_of_parts',
    inputs: { P: partial },
    numbers: { factor },
    integers: { parts },
    body: `
      var sum = 0.0;
      for (var part = 0; part < uniforms.parts; part = part + 1) { sum = sum + P[part * uniforms.size + index]; }
      return sum * uniforms.factor;`,
  });
  backend.disposeData(partial.dataId);
  return sums;
}
