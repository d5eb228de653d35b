import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c, maskedCrc32c } from './crc32c.ts';
import { findFrame, frameRecord, readFrame } from './tfrecord.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('CRC-32C', () => {
  it('has the published values', () => {
    expect(crc32c(ascii('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(maskedCrc32c(Uint8Array.of(0x1a, 0x11, ...ascii('CRC test, one two')))).toBe(0x5794d08a);
  });
});

describe('TFRecord frames', () => {
  const payload = fc.uint8Array({ maxLength: 300 });

  it('come back as they were, wherever they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), payload, (before, bytes) => {
        const file = Buffer.concat([before, frameRecord(bytes)]);
        const frame = readFrame(file, before.length);
        expect(frame).toMatchObject({ kind: 'record', next: file.length });
        expect(frame.kind === 'record' && Buffer.from(frame.payload).equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  it('are incomplete at every length but the whole one', () => {
    const record = frameRecord(ascii('some payload'));
    for (let length = 0; length < record.length; length++) {
      expect(readFrame(record.subarray(0, length), 0).kind).toBe('incomplete');
    }
  });

  it('reveal every flipped bit', () => {
    const record = frameRecord(ascii('some payload'));
    for (let bit = 0; bit < record.length * 8; bit++) {
      const damaged = record.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readFrame(damaged, 0).kind, `bit ${bit}`).toMatch(/^corrupt/);
    }
  });

  it('are found again behind any garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), payload, (garbage, bytes) => {
        const file = Buffer.concat([garbage, frameRecord(bytes)]);
        expect(findFrame(file, 0)).toBe(garbage.length);
      }),
    );
  });
});
