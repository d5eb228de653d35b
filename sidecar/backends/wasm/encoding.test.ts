import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModule, signed, unsigned, type Bytes } from './encoding.ts';
import { at, f32, f32x4, i32, Locals, repeat, when } from './instructions.ts';
import { webAssembly } from './webAssembly.ts';

/** What the bytes mean, by the definition of LEB128. */
function decode(bytes: Bytes, isSigned: boolean): number {
  const value = bytes.reduce((sum, byte, i) => sum + (byte % 128) * 128 ** i, 0);
  const isNegative = isSigned && ((bytes.at(-1) ?? 0) & 0x40) !== 0;
  return isNegative ? value - 128 ** bytes.length : value;
}

const wellFormed = (bytes: Bytes): boolean => bytes.every((byte, i) => byte >= 128 === i < bytes.length - 1);

describe('LEB128', () => {
  it('encodes the examples of its definition', () => {
    expect(unsigned(624485)).toEqual([0xe5, 0x8e, 0x26]);
    expect(signed(-123456)).toEqual([0xc0, 0xbb, 0x78]);
    expect([unsigned(0), signed(0), signed(-1), signed(64)]).toEqual([[0], [0], [0x7f], [0xc0, 0x00]]);
  });

  it('gives back every number', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 32 - 1),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        (natural, integer) => {
          expect(decode(unsigned(natural), false)).toBe(natural);
          expect(decode(signed(integer), true)).toBe(integer);
          expect(wellFormed(unsigned(natural)) && wellFormed(signed(integer))).toBe(true);
        },
      ),
    );
  });
});

describe('encodeModule', () => {
  it('makes a module that the engine runs: a loop, a branch, scalars and vectors', () => {
    const { WebAssembly } = globalThis as unknown as {
      WebAssembly: { Memory: new (limits: { initial: number }) => { readonly buffer: ArrayBuffer } };
    };
    const memory = new WebAssembly.Memory({ initial: 1 });
    const floats = new Float32Array(memory.buffer);
    floats.set([1, 2, 3, 4, 5, 6, 7, 8]);
    const locals = new Locals(2);
    const [pointer, end] = [locals.parameter(0), locals.parameter(1)];
    const sum = locals.declare('v128');
    const code = [
      sum.set(f32x4.zero()),
      repeat(
        [
          sum.set(f32x4.add(sum.value, f32x4.load(at(pointer.value)))),
          pointer.set(i32.add(pointer.value, i32.constant(16))),
        ],
        pointer,
        end.value,
      ),
      f32x4.store(at(end.value), sum.value),
      f32x4.storeLane(at(end.value, 16), sum.value, 2),
      when(i32.less(i32.constant(1), i32.constant(0)), [f32.store(at(end.value, 20), f32.constant(1))]),
      when(i32.less(i32.constant(0), i32.constant(1)), [f32.store(at(end.value, 24), f32.constant(-2.5))]),
    ];
    const body = { parameters: 2, locals: locals.types, code: code.flat() };
    const module = new webAssembly.Module(encodeModule({ total: body }, false));
    new webAssembly.Instance(module, { env: { memory } }).exports['total']?.(0, 32);
    expect([...floats.slice(8, 15)]).toEqual([6, 8, 10, 12, 10, 0, -2.5]);
  });
});
