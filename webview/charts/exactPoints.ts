import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import { toProtocolError } from '../../sidecar/protocol/errors.ts';
import type { Points } from '../../sidecar/protocol/series.ts';
import { clockOf } from '../series/clocks.ts';
import { seriesOf } from '../series/followed.ts';
import { MAX_POINTS } from '../series/runSeries.ts';
import { isZoomed, xWindow } from './zoom.ts';
import type { Line } from './line.ts';
import { fetchRanges, type Range } from './ranges.ts';

const ASK_AFTER_MS = 120;

/** Fetches the points of what is zoomed into, when the window has come to rest. */
export class ExactPoints {
  readonly #parts = signal<ReadonlyMap<string, Range>>(new Map());
  readonly #lines: ReadonlySignal<readonly Line[]>;

  constructor(lines: ReadonlySignal<readonly Line[]>) {
    this.#lines = lines;
  }

  /**
   * Runs whose part covers the window, as one text: moving the window within the parts then touches no curve. A window that
   * was moved out of a part shows what the page holds until the next answer.
   */
  readonly #covering = computed(() => {
    if (!isZoomed.value) return '';
    const { from, to } = xWindow.value;
    const covers = ({ run, fromStep, toStep, newestStep }: Range): boolean => {
      const series = seriesOf(run);
      const clock = series && clockOf(series);
      return (
        clock !== undefined &&
        clock.toStep(from) >= fromStep &&
        Math.min(clock.toStep(to), newestStep) <= toStep
      );
    };
    return [...this.#parts.value.values()]
      .filter(covers)
      .map(({ run }) => run)
      .join(' ');
  });

  /** A line's points: those of the part in view where it is known, else what the page holds. */
  points({ run, tag }: Line): Points | undefined {
    const held = seriesOf(run)?.points(tag);
    const part = this.#parts.value.get(run);
    const exact = part?.series[tag];
    if (!part || !exact || !held || !this.#covering.value.split(' ').includes(run)) return held;
    const next = part.toStep < part.newestStep ? -1 : held.steps.findIndex((step) => step > part.newestStep);
    if (next === -1) return exact;
    return {
      steps: [...exact.steps, ...held.steps.slice(next)],
      walls: [...exact.walls, ...held.walls.slice(next)],
      values: [...exact.values, ...held.values.slice(next)],
    };
  }

  /** Watches the window; returns how to end that. */
  watch(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = effect(() => {
      const lines = this.#lines.value;
      const window = xWindow.value;
      clearTimeout(timer);
      if (!isZoomed.value) {
        if (this.#parts.peek().size > 0) this.#parts.value = new Map();
        return;
      }
      timer = setTimeout(() => {
        this.#ask(lines, window).catch((error: unknown) => {
          // What the page holds stays; a link that is gone says so itself.
          if (toProtocolError(error).code !== 'disconnected') console.warn('series/range', error);
        });
      }, ASK_AFTER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }

  async #ask(lines: readonly Line[], window: { from: number; to: number }): Promise<void> {
    // More than is seen: the average is warm at the left edge, and a short way of panning shows no other curve.
    const margin = (window.to - window.from) / 2;
    const wide = { from: window.from - margin, to: window.to + margin };
    const ranges = await fetchRanges(lines, wide, 2 * MAX_POINTS, ({ isComplete }) => !isComplete);
    if (xWindow.peek() === window) this.#parts.value = new Map(ranges.map((range) => [range.run, range]));
  }
}
