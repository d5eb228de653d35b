import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent, type EventRecord, type SummaryValue } from './event.ts';
import { decodeScalarEvent } from './scalarEvent.ts';

const scalar = fc.record({
  kind: fc.constant('scalar' as const),
  tag: fc.string({ unit: 'grapheme', maxLength: 40 }),
  value: fc.double(),
});
const record = (values: fc.Arbitrary<SummaryValue>): fc.Arbitrary<EventRecord> =>
  fc.record({
    wallTime: fc.double({ min: 0, max: 4e9, noNaN: true }),
    step: fc.nat({ max: 2 ** 40 }),
    body: fc.record({
      kind: fc.constant('values' as const),
      values: fc.array(values, { minLength: 1, maxLength: 8 }),
    }),
  });

describe('the fast decoder', () => {
  it('reads scalars as the general one does, to the last bit', () => {
    fc.assert(
      fc.property(record(scalar), (event) => {
        const payload = encodeEvent(event);
        expect(decodeScalarEvent(payload)).toEqual(decodeEvent(payload));
      }),
    );
  });

  it('leaves everything else to the general one', () => {
    const text: SummaryValue = { kind: 'text', tag: 'note', text: 'words' };
    const plain: SummaryValue = { kind: 'scalar', tag: 'a', value: 1 };
    const bodies: EventRecord['body'][] = [
      { kind: 'file', version: 'brain.Event:2', writer: null },
      { kind: 'start' },
      { kind: 'checkpoint', path: 'checkpoints/step-1' },
      { kind: 'values', values: [plain, text] },
    ];
    for (const body of bodies)
      expect(decodeScalarEvent(encodeEvent({ wallTime: 1, step: 2, body }))).toBeNull();
  });

  it('takes no bytes that are cut short or foreign', () => {
    fc.assert(
      fc.property(record(scalar), fc.nat(), (event, cut) => {
        const payload = encodeEvent(event);
        const short = payload.subarray(0, cut % payload.length);
        const read = decodeScalarEvent(short);
        // Cut between two fields, it is a whole message, which both read alike.
        if (read !== null) expect(read).toEqual(decodeEvent(short));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        let general: EventRecord | null = null;
        try {
          general = decodeEvent(bytes);
        } catch {
          // No message at all: the fast one must not take it either.
        }
        const fast = decodeScalarEvent(bytes);
        if (fast !== null) expect(fast).toEqual(general);
      }),
    );
  });
});
