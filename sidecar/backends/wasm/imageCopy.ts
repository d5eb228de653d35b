import { advance, type Steps } from './correlation.ts';
import type { FunctionBody } from './encoding.ts';
import { at, copy, f32, i32, Locals, repeat, type Local, type Statement } from './instructions.ts';
import { FLOAT } from './memory.ts';

/** What is copied of an image, and how far apart its parts lie on both sides, in floats. */
export interface ImageCopy {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly source: Steps;
  readonly destination: Steps;
}

/** The function (source, destination) that copies one image into a larger one. */
export function copyImage(image: ImageCopy): FunctionBody {
  const { rows, columns, channels, source: from, destination: to } = image;
  const locals = new Locals(2);
  const [source, destination] = [locals.parameter(0), locals.parameter(1)];
  const end = locals.declare('i32');
  const dense = from.pixel === channels && to.pixel === channels;
  const line = dense
    ? [copy(destination.value, source.value, i32.constant(columns * channels * FLOAT))]
    : copyPixels(image, source, destination, locals);
  const code = [
    end.set(i32.add(destination.value, i32.constant(rows * to.row * FLOAT))),
    repeat([...line, advance(source, from.row), advance(destination, to.row)], destination, end.value),
  ];
  return { parameters: 2, locals: locals.types, code: code.flat() };
}

/** One row, float by float: for images whose pixels lie farther apart on one side. */
function copyPixels(
  { columns, channels, source: from, destination: to }: ImageCopy,
  source: Local<'i32'>,
  destination: Local<'i32'>,
  locals: Locals,
): Statement[] {
  const [read, write, end] = [locals.declare('i32'), locals.declare('i32'), locals.declare('i32')];
  const pixel = Array.from({ length: channels }, (_, channel) => {
    const offset = channel * FLOAT;
    return f32.store(at(write.value, offset), f32.load(at(read.value, offset)));
  });
  return [
    read.set(source.value),
    write.set(destination.value),
    end.set(i32.add(write.value, i32.constant(columns * to.pixel * FLOAT))),
    repeat([...pixel, advance(read, from.pixel), advance(write, to.pixel)], write, end.value),
  ];
}
