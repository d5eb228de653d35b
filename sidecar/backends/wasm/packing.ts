import type { FunctionBody } from './encoding.ts';
import { at, f32, Locals, repeat, type Statement } from './instructions.ts';
import { advance } from './correlation.ts';
import { FLOAT } from './memory.ts';

/** Where the weights of a matrix lie: floats from one row to the next, and from one column to the next. */
export interface MatrixSteps {
  readonly row: number;
  readonly column: number;
}

/**
 * The function (source, destination, end) that copies `lanes` columns of a matrix, row after row, side by side; the
 * vector is filled up with zeros. `end` is the address at which the destination is full.
 */
export function packTile(lanes: number, { row, column }: MatrixSteps): FunctionBody {
  const locals = new Locals(3);
  const [source, destination, end] = [locals.parameter(0), locals.parameter(1), locals.parameter(2)];
  const width = Math.ceil(lanes / 4) * 4;
  const copies: Statement[] = Array.from({ length: width }, (_, lane) =>
    f32.store(
      at(destination.value, lane * FLOAT),
      lane < lanes ? f32.load(at(source.value, lane * column * FLOAT)) : f32.constant(0),
    ),
  );
  const code = repeat([...copies, advance(source, row), advance(destination, width)], destination, end.value);
  return { parameters: 3, locals: locals.types, code };
}
