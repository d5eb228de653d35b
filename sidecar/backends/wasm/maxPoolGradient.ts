import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import { scalarArithmetic, vectorArithmetic, type Arithmetic } from './arithmetic.ts';
import { advance } from './correlation.ts';
import type { FunctionBody, ValueType } from './encoding.ts';
import { at, i32, Locals, repeat, type Local, type Statement } from './instructions.ts';
import { addressOf, compiled, FLOAT, zero, type WasmBackend } from './memory.ts';

type Pointer = Local<'i32'>;

/** Pooling of one image, without padding. */
interface Pooling {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  /** Floats in a row of the input. */
  readonly inputRow: number;
  readonly size: number;
  readonly stride: number;
}

/**
 * The function (input, output, gradient, result) that adds the gradient of each window of one image to the result, at
 * the first of the window's largest inputs.
 */
function routeGradients(pooling: Pooling): FunctionBody {
  const { rows, columns, channels, inputRow, stride } = pooling;
  const locals = new Locals(4);
  const pointers = [0, 1, 2, 3].map((i) => locals.parameter(i)) as [Pointer, Pointer, Pointer, Pointer];
  const [input, output, , result] = pointers;
  const [rowsEnd, columnsEnd, channelsEnd] = [0, 1, 2].map(() => locals.declare('i32')) as [
    Pointer,
    Pointer,
    Pointer,
  ];
  const vectors = Math.floor(channels / 4);
  const singles = channels % 4;
  const inward = [input, result];
  const pixel: Statement[] = [];
  if (vectors > 0) {
    pixel.push(
      channelsEnd.set(i32.add(output.value, i32.constant(vectors * 4 * FLOAT))),
      repeat(
        [...window(pooling, vectorArithmetic, pointers, locals), ...pointers.map((it) => advance(it, 4))],
        output,
        channelsEnd.value,
      ),
    );
  }
  for (let i = 0; i < singles; i++) {
    pixel.push(
      ...window(pooling, scalarArithmetic, pointers, locals),
      ...pointers.map((it) => advance(it, 1)),
    );
  }
  const line = [
    columnsEnd.set(i32.add(output.value, i32.constant(columns * channels * FLOAT))),
    repeat([...pixel, ...inward.map((it) => advance(it, (stride - 1) * channels))], output, columnsEnd.value),
    ...inward.map((it) => advance(it, stride * inputRow - columns * stride * channels)),
  ];
  const code = [
    rowsEnd.set(i32.add(output.value, i32.constant(rows * columns * channels * FLOAT))),
    repeat(line, output, rowsEnd.value),
  ];
  return { parameters: 4, locals: locals.types, code: code.flat() };
}

/** One window, for the channels that one value of the arithmetic holds. */
function window<T extends ValueType>(
  { channels, inputRow, size }: Pooling,
  { type, load, store, add, subtract, whereEqual }: Arithmetic<T>,
  [input, output, gradient, result]: readonly [Pointer, Pointer, Pointer, Pointer],
  locals: Locals,
): Statement[] {
  const [largest, rest, part] = [0, 1, 2].map(() => locals.declare(type)) as [Local<T>, Local<T>, Local<T>];
  const code = [largest.set(load(at(output.value))), rest.set(load(at(gradient.value)))];
  for (let tap = 0; tap < size * size; tap++) {
    const offset = (Math.floor(tap / size) * inputRow + (tap % size) * channels) * FLOAT;
    const target = at(result.value, offset);
    // What one value has got, no later one of the same size gets.
    code.push(
      part.set(whereEqual(load(at(input.value, offset)), largest.value, rest.value)),
      store(target, add(load(target), part.value)),
      rest.set(subtract(rest.value, part.value)),
    );
  }
  return code;
}

/** `maxPoolGradient` of `ops`. TensorFlow.js's own loses the gradients of whole rows of windows on this backend. */
export function maxPoolGradient(
  { x, y, dy }: { readonly x: Tensor4D; readonly y: Tensor4D; readonly dy: Tensor4D },
  { size, stride }: { readonly size: number; readonly stride: number },
  backend: WasmBackend,
): TensorInfo {
  const { shape } = x;
  const [batch, height, width, channels] = shape;
  const [, rows, columns] = dy.shape;
  const pooling = { rows, columns, channels, inputRow: width * channels, size, stride };
  const key = `max pool gradient ${Object.values(pooling).join(' ')}`;
  const { route } = compiled(backend, key, () => ({ route: routeGradients(pooling) }));
  const dx = backend.makeOutput(shape, 'float32');
  const [input, output, gradient, result] = [x, y, dy, dx].map((it) => addressOf(backend, it)) as [
    number,
    number,
    number,
    number,
  ];
  const inputBytes = height * width * channels * FLOAT;
  const outputBytes = rows * columns * channels * FLOAT;
  zero(backend, result, batch * inputBytes);
  for (let i = 0; i < batch; i++) {
    route(
      input + i * inputBytes,
      output + i * outputBytes,
      gradient + i * outputBytes,
      result + i * inputBytes,
    );
  }
  return dx;
}
