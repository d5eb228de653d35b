import fc from 'fast-check';
import { appendFileSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeEvent, type EventRecord } from './event.ts';
import { EventReader, findEventFile, readEvents } from './eventReader.ts';
import { EventWriter } from './eventWriter.ts';
import { StoreError } from './errors.ts';
import { temporaryFolder } from './testing/temporaryFolder.ts';
import { frameRecord } from './tfrecord.ts';

const root = temporaryFolder();
const runFolder = (): string => mkdtempSync(join(root, 'run-'));

async function eventFile(runDir: string): Promise<string> {
  const path = await findEventFile(runDir);
  if (path === null) throw new Error('no event file');
  return path;
}

function scalarsOf(events: EventRecord[]): [step: number, tag: string, value: number][] {
  return events.flatMap(({ step, body }) =>
    body.kind !== 'values'
      ? []
      : body.values.flatMap((value): [number, string, number][] =>
          value.kind === 'scalar' ? [[step, value.tag, value.value]] : [],
        ),
  );
}

describe('an event file', () => {
  it('begins with its version, our name and a START, under the customary file name', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir, { host: 'box', pid: 7, now: () => 1_700_000_000_500 });
    writer.close();
    const path = await eventFile(runDir);
    expect(path).toMatch(/events\.out\.tfevents\.1700000000\.box\.7\.0$/);
    const { events } = await readEvents(path);
    expect(events.map(({ wallTime, step, body }) => ({ wallTime, step, body }))).toEqual([
      {
        wallTime: 1_700_000_000.5,
        step: 0,
        body: { kind: 'file', version: 'brain.Event:2', writer: 'distillery' },
      },
      // So that TensorBoard takes the next START for a resume.
      { wallTime: 1_700_000_000.5, step: 0, body: { kind: 'start' } },
    ]);
    expect(events.at(-1)?.end).toBe(writer.offset);
  });

  it('holds one record for all series of a step, with exact doubles', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir);
    writer.scalars(3, 12.5, {
      'train/peer1/loss': 0.1,
      'schedule/omega': NaN,
      big: 2 ** 53 - 1,
      far: -Infinity,
    });
    writer.close();
    const { events } = await readEvents(writer.path);
    expect(events).toHaveLength(3);
    expect(scalarsOf(events)).toEqual([
      [3, 'train/peer1/loss', 0.1],
      [3, 'schedule/omega', NaN],
      [3, 'big', 2 ** 53 - 1],
      [3, 'far', -Infinity],
    ]);
  });

  it('stays one file when it is opened again, and gives the same offset', async () => {
    const runDir = runFolder();
    const first = await EventWriter.open(runDir, { pid: 1 });
    first.scalars(1, 1, { a: 1 });
    first.close();
    const second = await EventWriter.open(runDir, { pid: 2 });
    expect(second.path).toBe(first.path);
    expect(second.offset).toBe(first.offset);
    expect(second.cut).toBe(0);
    second.close();
  });

  it('loses nothing whole when it is cut at any byte and appended to', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir);
    for (let step = 1; step <= 3; step++) writer.scalars(step, step, { a: step, b: -step });
    writer.close();
    const whole = readFileSync(writer.path);
    const { events } = await readEvents(writer.path);
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(writer.path, whole.subarray(0, length));
      const again = await EventWriter.open(runDir);
      again.scalars(99, 99, { a: 99 });
      again.close();
      const survivors = scalarsOf(events.filter((event) => event.end <= length));
      const read = await readEvents(writer.path);
      expect(scalarsOf(read.events), `cut at ${length}`).toEqual([...survivors, [99, 'a', 99]]);
      expect(read.damages).toEqual([]);
    }
  });

  it('is read past a torn record that somebody else appended to', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir);
    writer.scalars(1, 1, { a: 1 });
    writer.close();
    const whole = readFileSync(writer.path);
    const { events } = await readEvents(writer.path);
    const start = events.at(-1)?.offset ?? 0;
    const foreign = [2, 3, 4].map((step) =>
      frameRecord(
        encodeEvent({
          wallTime: 1,
          step,
          body: { kind: 'values', values: [{ kind: 'scalar', tag: 'a', value: step }] },
        }),
      ),
    );
    for (let length = start + 1; length < whole.length; length++) {
      writeFileSync(writer.path, Buffer.concat([whole.subarray(0, length), ...foreign]));
      const { events: read, damages } = await readEvents(writer.path);
      expect(scalarsOf(read), `torn at ${length}`).toEqual([2, 3, 4].map((step) => [step, 'a', step]));
      expect(damages).toMatchObject([{ offset: start, end: length }]);
    }
  });

  it('reports a damaged record and goes on after it', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir);
    for (let step = 1; step <= 4; step++) writer.scalars(step, step, { a: step });
    writer.close();
    const whole = readFileSync(writer.path);
    const { events } = await readEvents(writer.path);
    const victim = events[3];
    if (victim === undefined) throw new Error('too few events');
    for (const [byte, reason] of [
      [victim.offset + 20, 'payload'],
      [victim.offset + 3, 'length'],
    ] as const) {
      const damaged = Buffer.from(whole);
      damaged[byte] = (damaged[byte] ?? 0) ^ 0x10;
      writeFileSync(writer.path, damaged);
      const read = await readEvents(writer.path);
      expect(scalarsOf(read.events).map(([step]) => step)).toEqual([1, 3, 4]);
      expect(read.damages).toEqual([{ offset: victim.offset, end: victim.end, reason }]);
    }
  });
});

describe('following a file', () => {
  it('gives every record once, however the bytes arrive', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir);
    for (let step = 1; step <= 20; step++) writer.scalars(step, step, { a: step / 3 });
    writer.close();
    const whole = readFileSync(writer.path);
    const expected = scalarsOf((await readEvents(writer.path)).events);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 8 }), async (places) => {
        const path = join(mkdtempSync(join(root, 'grow-')), 'events');
        const reader = new EventReader(path);
        const seen: EventRecord[] = [];
        let written = 0;
        for (const place of [...places.sort((a, b) => a - b), whole.length]) {
          appendFileSync(path, whole.subarray(written, place));
          written = Math.max(written, place);
          const batch = await reader.read();
          expect(batch.damages).toEqual([]);
          seen.push(...batch.events);
        }
        expect(scalarsOf(seen)).toEqual(expected);
        expect(reader.offset).toBe(whole.length);
      }),
      { numRuns: 40 },
    );
  });

  it('begins anywhere that a record ends', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir);
    for (let step = 1; step <= 5; step++) writer.scalars(step, step, { a: step });
    writer.close();
    const { events } = await readEvents(writer.path);
    for (const [index, event] of events.entries()) {
      const batch = await new EventReader(writer.path, event.end).read();
      expect(batch.events).toEqual(events.slice(index + 1));
    }
  });

  it('waits for a missing file, and says when the file became another one', async () => {
    const runDir = runFolder();
    const path = join(runDir, 'later');
    const reader = new EventReader(path);
    expect(await reader.read()).toMatchObject({ events: [], atEnd: true, restarted: false });
    const writer = await EventWriter.open(runDir);
    writer.scalars(1, 1, { a: 1 });
    writer.close();
    writeFileSync(path, readFileSync(writer.path));
    expect((await reader.read()).events).toHaveLength(3);
    truncateSync(path, 0);
    expect(await reader.read()).toMatchObject({ restarted: true, offset: 0 });
  });

  it('reads files and records larger than a chunk', async () => {
    const runDir = runFolder();
    const writer = await EventWriter.open(runDir);
    writer.image(1, 1, 'huge', 1, 1, new Uint8Array(3 << 20));
    for (let step = 2; step < 30_000; step++) writer.scalars(step, step, { a: step });
    writer.close();
    const { events } = await readEvents(writer.path);
    expect(events.map((event) => event.step)).toEqual([
      0,
      0,
      1,
      ...Array.from({ length: 29_998 }, (_, i) => i + 2),
    ]);
  });

  it('refuses a run directory with two event files', async () => {
    const runDir = runFolder();
    (await EventWriter.open(runDir, { pid: 1 })).close();
    writeFileSync(join(runDir, 'events.out.tfevents.1.copy'), '');
    await expect(findEventFile(runDir)).rejects.toMatchObject({ code: 'several-event-files' });
  });
});

describe('the writer', () => {
  it('flushes by itself', async () => {
    const writer = await EventWriter.open(runFolder(), { flushIntervalMs: 20 });
    writer.scalars(1, 1, { a: 1 });
    await expect.poll(async () => (await readEvents(writer.path)).events.length).toBe(3);
    writer.close();
  });

  it('writes nothing once its guard refuses, and says so at every call', async () => {
    const runDir = runFolder();
    let allowed = true;
    const heard: unknown[] = [];
    const lost = new StoreError('lease-lost', 'another attempt', 'end');
    const writer = await EventWriter.open(runDir, {
      flushIntervalMs: 20,
      guard: () => {
        if (!allowed) throw lost;
      },
      onError: (error) => heard.push(error),
    });
    writer.scalars(1, 1, { a: 1 });
    writer.flush();
    allowed = false;
    writer.scalars(2, 2, { a: 2 });
    await expect.poll(() => heard).toEqual([lost]);
    expect(() => {
      writer.scalars(3, 3, { a: 3 });
    }).toThrow(lost);
    writer.close();
    expect(scalarsOf((await readEvents(writer.path)).events)).toEqual([[1, 'a', 1]]);
  });

  it('cannot add to a file that a successor has opened', async () => {
    const runDir = runFolder();
    const stale = await EventWriter.open(runDir);
    stale.scalars(1, 1, { a: 1 });
    stale.flush();
    const successor = await EventWriter.open(runDir);
    successor.sessionStart(2);
    successor.flush();
    // It was stopped between its lease check and its write, and now goes on.
    stale.scalars(2, 2, { a: 666 });
    stale.close();
    successor.scalars(2, 2, { a: 2 });
    successor.close();
    expect(scalarsOf((await readEvents(successor.path)).events)).toEqual([
      [1, 'a', 1],
      [2, 'a', 2],
    ]);
  });
});
