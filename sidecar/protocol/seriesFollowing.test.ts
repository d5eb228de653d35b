import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SeriesUpdate } from './series.ts';
import { SeriesFollowing, type SeriesLink } from './seriesFollowing.ts';

type Append = { subscription: number; run: string; update: SeriesUpdate };

/** A daemon's end that answers with what the test has prepared. */
class StandInLink {
  readonly asked: (number | null)[] = [];
  readonly most: (number | undefined)[] = [];
  readonly ended: number[] = [];
  answers: SeriesUpdate[] = [];
  append: (message: Append) => void = () => undefined;
  #subscription = 0;

  // Sound for the two methods that a following uses.
  readonly link = {
    request: (
      method: string,
      params: { since?: number | null; maxPoints?: number; subscription?: number },
    ) => {
      if (method === 'series/unsubscribe') {
        this.ended.push(params.subscription ?? 0);
        return Promise.resolve({});
      }
      this.asked.push(params.since ?? null);
      this.most.push(params.maxPoints);
      return Promise.resolve({ subscription: ++this.#subscription, update: this.answers.shift() });
    },
    on: (_: string, handler: (message: Append) => void) => {
      this.append = handler;
      return () => undefined;
    },
  } as unknown as SeriesLink;
}

const points = (from: number, count: number) => {
  const steps = Array.from({ length: count }, (_, index) => from + index);
  return { t: { steps, walls: [...steps], values: [...steps] } };
};
const snapshot = (to: number, count: number): SeriesUpdate => ({
  ...{ kind: 'snapshot', to, series: points(0, count), seams: [], complete: true },
});
const increment = (from: number, to: number, count = 1): SeriesUpdate => ({
  ...{ kind: 'increment', from, to, series: points(from, count), seams: [], cancelledFrom: null },
});

describe('following a series', () => {
  it('asks from where it is, on every link', async () => {
    const following = new SeriesFollowing('run', { maxPoints: 10 });
    const [first, second] = [new StandInLink(), new StandInLink()];
    first.answers = [snapshot(5, 5)];
    second.answers = [increment(6, 7)];
    following.attach(first.link);
    await turn();
    first.append({ subscription: 1, run: 'run', update: increment(5, 6) });
    following.attach(second.link);
    await turn();
    expect([first.asked, second.asked, first.ended]).toEqual([[null], [6], [1]]);
    expect(following.mirror.series['t']?.steps).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('takes a first sight, then all of it, on whichever link', async () => {
    const following = new SeriesFollowing('run', { maxPoints: 10, firstPoints: 2 });
    const [first, second] = [new StandInLink(), new StandInLink()];
    first.answers = [{ ...snapshot(9, 2), complete: false } as SeriesUpdate];
    second.answers = [snapshot(9, 9), increment(9, 10)];
    following.attach(first.link);
    await turn();
    expect(following.mirror.series['t']?.steps).toHaveLength(2);
    expect([first.asked, first.most]).toEqual([
      [null, null],
      [2, 10],
    ]);
    following.attach(second.link);
    await turn();
    expect([second.asked, second.most]).toEqual([[null], [10]]);
    expect(following.mirror.series['t']?.steps).toHaveLength(9);
    following.attach(second.link);
    await turn();
    expect(second.asked).toEqual([null, 9]);
  });

  it('takes a short run as it comes first', async () => {
    const following = new SeriesFollowing('run', { maxPoints: 10, firstPoints: 2 });
    const link = new StandInLink();
    link.answers = [snapshot(2, 2)];
    following.attach(link.link);
    await turn();
    expect(link.asked).toEqual([null]);
  });

  it('asks again where something is missing', async () => {
    const following = new SeriesFollowing('run', { maxPoints: 10 });
    const link = new StandInLink();
    link.answers = [snapshot(5, 5), increment(5, 9, 4)];
    following.attach(link.link);
    await turn();
    link.append({ subscription: 1, run: 'run', update: increment(8, 9) });
    await turn();
    expect(link.asked).toEqual([null, 5]);
    expect(following.mirror.offset).toBe(9);
  });

  it('asks for thinner points when there are too many, and not again at each point after that', async () => {
    const following = new SeriesFollowing('run', { maxPoints: 4, thinAbove: 8 });
    const link = new StandInLink();
    link.answers = [snapshot(5, 5), snapshot(20, 12)];
    following.attach(link.link);
    await turn();
    link.append({ subscription: 1, run: 'run', update: increment(5, 11, 6) });
    await turn();
    expect(link.asked).toEqual([null, null]);
    // What cannot be made thinner is kept.
    link.append({ subscription: 2, run: 'run', update: increment(20, 21) });
    await turn();
    expect(link.asked).toEqual([null, null]);
  });

  it('leaves when it is detached, also before the answer has come', async () => {
    const following = new SeriesFollowing('run', { maxPoints: 10 });
    const link = new StandInLink();
    link.answers = [snapshot(5, 5)];
    following.attach(link.link);
    following.detach();
    await turn();
    expect(link.ended).toEqual([1]);
    expect(following.mirror.offset).toBeNull();
  });
});
