import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent, type EventRecord, type SummaryValue } from './event.ts';

const tag = fc.string({ minLength: 1 });
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Uint8Array.from(array));
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

const value: fc.Arbitrary<SummaryValue> = fc.oneof(
  fc.record({ kind: fc.constant('scalar' as const), tag, value: fc.double() }),
  fc.record({
    kind: fc.constant('histogram' as const),
    tag,
    buckets: fc.array(fc.record({ left: finite, right: finite, count: fc.nat() })),
  }),
  fc.record({ kind: fc.constant('text' as const), tag, text: fc.string({ unit: 'grapheme' }) }),
  fc.record({
    kind: fc.constant('images' as const),
    tag,
    width: fc.nat(),
    height: fc.nat(),
    images: fc.array(bytes),
  }),
  fc.record({
    kind: fc.constant('plugin' as const),
    tag,
    plugin: fc.constantFrom('hparams', 'custom_scalars'),
    content: bytes,
  }),
);

const event: fc.Arbitrary<EventRecord> = fc.record({
  wallTime: fc.double({ min: 0, max: 1e11, noNaN: true }),
  step: fc.maxSafeNat(),
  body: fc.oneof(
    fc.record({ kind: fc.constant('values' as const), values: fc.array(value) }),
    fc.record({ kind: fc.constantFrom('start' as const, 'stop' as const) }),
    fc.record({ kind: fc.constant('checkpoint' as const), path: fc.string() }),
    fc.record({
      kind: fc.constant('file' as const),
      version: fc.string({ minLength: 1 }),
      writer: fc.option(fc.string({ minLength: 1 })),
    }),
  ),
});

/** Byte arrays of any class compare by content. */
function plain(record: EventRecord): unknown {
  return JSON.parse(
    JSON.stringify(record, (_, item: unknown) => {
      if (item instanceof Uint8Array) return [...item];
      if (typeof item === 'number' && (!Number.isFinite(item) || Object.is(item, -0))) {
        return Object.is(item, -0) ? '-0' : String(item);
      }
      return item;
    }),
  );
}

describe('an event', () => {
  it('comes back exactly, whatever it holds', () => {
    fc.assert(
      fc.property(event, (record) => {
        // Buffers would show as objects with a type.
        expect(plain(toArrays(decodeEvent(encodeEvent(record))))).toEqual(plain(record));
      }),
    );
  });

  it('keeps doubles that no float can hold', () => {
    for (const exact of [0.1, 1e300, 2 ** 24 + 1, 5e-324, NaN, Infinity, -Infinity]) {
      const encoded = encodeEvent({
        wallTime: 1,
        step: 1,
        body: { kind: 'values', values: [{ kind: 'scalar', tag: 'x', value: exact }] },
      });
      const { body } = decodeEvent(encoded);
      expect(body).toEqual({ kind: 'values', values: [{ kind: 'scalar', tag: 'x', value: exact }] });
    }
  });

  it('reads what other writers leave out', () => {
    // step 3, one Value {tag 'a', simple_value 0.5}, no wall time, no double
    const foreign = Uint8Array.of(0x10, 3, 0x2a, 10, 0x0a, 8, 0x0a, 1, 0x61, 0x15, 0, 0, 0, 0x3f);
    expect(decodeEvent(foreign)).toEqual({
      wallTime: 0,
      step: 3,
      body: { kind: 'values', values: [{ kind: 'scalar', tag: 'a', value: 0.5 }] },
    });
  });
});

function toArrays(record: EventRecord): EventRecord {
  if (record.body.kind !== 'values') return record;
  const values = record.body.values.map((item): SummaryValue => {
    if (item.kind === 'images')
      return { ...item, images: item.images.map((image) => Uint8Array.from(image)) };
    if (item.kind === 'plugin') return { ...item, content: Uint8Array.from(item.content) };
    return item;
  });
  return { ...record, body: { kind: 'values', values } };
}
