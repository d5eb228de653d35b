import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointsByTag } from '../protocol/series.ts';
import type { PlacedEvent } from './recordScanner.ts';
import { SeriesStore } from './seriesStore.ts';

type Line = { kind: 'start'; step: number } | { kind: 'values'; step: number; tags: Record<string, number> };

const tagValues = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.double(), { minKeys: 1 });
const line: fc.Arbitrary<Line> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('values' as const), step: fc.nat(40), tags: tagValues }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('start' as const), step: fc.nat(40) }) },
);

function placed(lines: Line[]): PlacedEvent[] {
  return lines.map((item, index) => ({
    wallTime: 1000 + index,
    step: item.step,
    offset: 10 * index,
    end: 10 * index + 10,
    body:
      item.kind === 'start'
        ? { kind: 'start' }
        : {
            kind: 'values',
            values: Object.entries(item.tags).map(([tag, value]) => ({ kind: 'scalar', tag, value })),
          },
  }));
}

/** What counts, by the rule itself: a record is void when a later START has a step ≤ its own. */
function effective(events: PlacedEvent[], from = 0): PointsByTag {
  const points: PointsByTag = {};
  const valid = events.filter(
    (event, index) =>
      event.offset >= from &&
      !events.slice(index + 1).some((later) => later.body.kind === 'start' && later.step <= event.step),
  );
  // Stable: of equal steps the later record comes last.
  for (const event of valid.sort((a, b) => a.step - b.step)) {
    if (event.body.kind !== 'values') continue;
    for (const value of event.body.values) {
      if (value.kind !== 'scalar') continue;
      const own = (points[value.tag] ??= { steps: [], walls: [], values: [] });
      own.steps.push(event.step);
      own.walls.push(event.wallTime);
      own.values.push(value.value);
    }
  }
  return points;
}

function withoutEmpty(points: PointsByTag): PointsByTag {
  return Object.fromEntries(Object.entries(points).filter(([, { steps }]) => steps.length > 0));
}

describe('the series of a run', () => {
  it('are what the records say, with every cancelled one gone', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const events = placed(lines);
        const store = new SeriesStore();
        store.add(events);
        expect(withoutEmpty(store.snapshot(1e9).series)).toEqual(effective(events));
        expect(store.offset).toBe(10 * lines.length);
        const first = lines.findIndex(({ kind }) => kind === 'values');
        expect(store.seams.map(({ step }) => step)).toEqual(
          lines
            .filter(({ kind }, index) => kind === 'start' && index > first && first >= 0)
            .map(({ step }) => step),
        );
      }),
    );
  });

  it('come to the same for somebody who had the first part and takes what is missing', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.nat(60), (lines, cut) => {
        const events = placed(lines);
        const had = Math.min(cut, lines.length);
        const before = new SeriesStore();
        before.add(events.slice(0, had));
        const store = new SeriesStore();
        store.add(events);
        const increment = store.since(10 * had);
        if (increment === null) throw new Error('unbounded');
        const merged = before.snapshot(1e9).series;
        for (const points of Object.values(merged)) {
          const keep = points.steps.filter((step) => step < (increment.cancelledFrom ?? Infinity)).length;
          for (const column of [points.steps, points.walls, points.values]) column.length = keep;
        }
        const sorted: PointsByTag = {};
        for (const source of [merged, increment.points]) {
          for (const [tag, { steps, walls, values }] of Object.entries(source)) {
            const own = (sorted[tag] ??= { steps: [], walls: [], values: [] });
            own.steps.push(...steps);
            own.walls.push(...walls);
            own.values.push(...values);
          }
        }
        const whole = withoutEmpty(store.snapshot(1e9).series);
        for (const [tag, points] of Object.entries(withoutEmpty(sorted))) {
          const order = points.steps
            .map((_, index) => index)
            .sort((a, b) => (points.steps[a] ?? 0) - (points.steps[b] ?? 0));
          expect(order.map((index) => points.values[index])).toEqual(whole[tag]?.values);
          expect(order.map((index) => points.steps[index])).toEqual(whole[tag]?.steps);
        }
        expect(Object.keys(withoutEmpty(sorted)).sort()).toEqual(Object.keys(whole).sort());
      }),
    );
  });

  it('are exact in a range that is short enough, and say when they are not', () => {
    const store = new SeriesStore();
    store.add(
      placed(Array.from({ length: 1000 }, (_, step) => ({ kind: 'values', step, tags: { a: step * 0.1 } }))),
    );
    const zoomed = store.range(['a', 'unknown'], 500, 509, 10);
    expect(zoomed).toMatchObject({
      complete: true,
      series: { a: { steps: [500, 501, 502, 503, 504, 505, 506, 507, 508, 509] } },
    });
    expect(Object.keys(zoomed.series)).toEqual(['a']);
    expect(store.snapshot(100).complete).toBe(false);
    expect(store.since(0, 999)).toBeNull();
    expect(store.since(10 * 990, 10)?.points['a']?.steps).toHaveLength(10);
  });

  it('hold a million points in a few columns', () => {
    const store = new SeriesStore();
    for (let from = 0; from < 200_000; from += 1000) {
      store.add(
        placed(
          Array.from({ length: 1000 }, (_, index) => ({
            kind: 'values' as const,
            step: from + index,
            tags: { a: index, b: index, c: index, d: index, e: index },
          })),
        ),
      );
    }
    expect(store.range(['e'], 0, Infinity, 1e9).series['e']?.steps).toHaveLength(200_000);
  });
});
