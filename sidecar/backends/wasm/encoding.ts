/** Bytes of the WebAssembly binary format. */
export type Bytes = readonly number[];

/** Value types that kernels use, with their codes. */
export const VALUE_TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof VALUE_TYPES;

/** Unsigned LEB128. */
export function unsigned(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low + 128);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** Little-endian IEEE single. */
export function single(value: number): Bytes {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

function text(value: string): Bytes {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function list(items: readonly Bytes[]): Bytes {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: Bytes): Bytes {
  return [id, ...unsigned(content.length), ...content];
}

/** One function: parameters are all i32, nothing is returned. */
export interface FunctionBody {
  readonly parameters: number;
  /** Types of the local variables, numbered after the parameters. */
  readonly locals: readonly ValueType[];
  readonly code: Bytes;
}

/** Most pages a 32-bit memory can have; what an imported shared memory must not exceed. */
const MAX_PAGES = 65_536;

/**
 * A module of functions, exported by their keys, over one imported memory, `env.memory`.
 *
 * @param shared whether that memory is shared between threads
 */
export function encodeModule(
  exported: Readonly<Record<string, FunctionBody>>,
  shared: boolean,
): Uint8Array<ArrayBuffer> {
  const functions = Object.values(exported);
  const types = functions.map(({ parameters }) => [
    0x60,
    ...unsigned(parameters),
    ...Array.from({ length: parameters }, () => VALUE_TYPES.i32),
    0,
  ]);
  const limits = shared ? [3, 0, ...unsigned(MAX_PAGES)] : [0, 0];
  const bodies = functions.map(({ locals, code }) => {
    const declared = list(locals.map((type) => [1, VALUE_TYPES[type]]));
    const body = [...declared, ...code, 0x0b];
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list([[...text('env'), ...text('memory'), 0x02, ...limits]])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(Object.keys(exported).map((name, i) => [...text(name), 0x00, ...unsigned(i)]))),
    ...section(10, list(bodies)),
  ]);
}
