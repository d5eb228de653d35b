import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacedEvent } from '../store/recordScanner.ts';
import { SeriesStore } from '../store/seriesStore.ts';
import { SeriesMirror } from './seriesMirror.ts';

/** Steps that ascend, as a trainer writes them, with resumes now and then. */
const events = fc
  .array(fc.record({ resumeBack: fc.option(fc.nat(10), { freq: 8 }), value: fc.double() }), { maxLength: 80 })
  .map((lines) => {
    let step = 0;
    return lines.map(({ resumeBack, value }, index): PlacedEvent => {
      step = resumeBack === null ? step + 1 : Math.max(0, step - resumeBack);
      const place = { wallTime: index, step, offset: 10 * index, end: 10 * index + 10 };
      if (resumeBack !== null) step--;
      return {
        ...place,
        body:
          resumeBack === null
            ? { kind: 'values', values: [{ kind: 'scalar', tag: step % 2 ? 'a' : 'b', value }] }
            : { kind: 'start' },
      };
    });
  });

describe('a mirror', () => {
  it('has what the store has, however the updates are cut and whichever are lost', () => {
    fc.assert(
      fc.property(events, fc.array(fc.tuple(fc.nat(10), fc.boolean())), (all, cuts) => {
        const store = new SeriesStore();
        const mirror = new SeriesMirror();
        mirror.apply({ kind: 'snapshot', to: 0, series: {}, seams: [], complete: true });
        let sent = 0;
        const update = (from: number): boolean => {
          const increment = store.since(from);
          if (increment === null) throw new Error('unbounded');
          const { points: series, cancelledFrom } = increment;
          const seams = store.seams.filter((seam) => seam.offset >= from);
          return mirror.apply({ kind: 'increment', from, to: store.offset, series, seams, cancelledFrom });
        };
        let done = 0;
        for (const [count, lost] of [...cuts, [all.length, false] as const]) {
          store.add(all.slice(done, done + count));
          done += count;
          if (!lost && !update(sent)) update(mirror.offset ?? 0);
          sent = store.offset;
        }
        const points = (series: object): object =>
          Object.fromEntries(
            Object.entries(series).filter(([, { steps }]) => (steps as number[]).length > 0),
          );
        expect(points(mirror.series)).toEqual(points(store.snapshot(1e9).series));
        expect(mirror.seams).toEqual(store.seams);
        expect(mirror.offset).toBe(store.offset);
      }),
    );
  });

  it('refuses what does not follow on', () => {
    const mirror = new SeriesMirror();
    const late = { kind: 'increment' as const, from: 5, to: 9, series: {}, seams: [], cancelledFrom: null };
    expect(mirror.apply(late)).toBe(false);
    expect(mirror.offset).toBeNull();
  });
});
