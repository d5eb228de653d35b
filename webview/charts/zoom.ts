import { computed } from '@preact/signals';
import { clockOf, xAxis } from '../series/clocks.ts';
import { seriesOf } from '../series/followed.ts';
import { shownIds } from '../view/selection.ts';
import { look, part, type XAxis } from '../view/viewState.ts';
import { cursor } from './cursor.ts';

const chosen = part('zoom');
/** A window is no narrower than this share of everything. */
const NARROWEST = 1e-6;

/** Everything that the shown runs have, in units of the x axis. */
export const fullRange = computed(() => {
  const ends = shownIds.value.map((id) => {
    const series = seriesOf(id);
    return series ? clockOf(series).toX(series.newestStep.value) : 0;
  });
  return { from: 0, to: Math.max(xAxis.value === 'step' ? 1 : 1e-3, ...ends) };
});

/** What the charts show of the x axis: one window for all of them. */
export const xWindow = computed(() => chosen.value ?? fullRange.value);
export const isZoomed = computed(() => chosen.value !== null);

export function zoomTo(from: number, to: number): void {
  const full = fullRange.peek();
  const span = Math.max(to - from, NARROWEST * (full.to - full.from));
  if (span >= full.to - full.from) {
    look({ zoom: null });
    return;
  }
  const start = Math.min(Math.max(full.from, from), full.to - span);
  look({ zoom: { from: start, to: start + span } });
}

/** Zooms around a place, 0 to 1 from the window's left; a factor below 1 shows less. */
export function zoomBy(factor: number, share = 0.5): void {
  const { from, to } = xWindow.peek();
  const at = from + share * (to - from);
  zoomTo(at - share * (to - from) * factor, at + (1 - share) * (to - from) * factor);
}

/** Moves the window by a share of its width. */
export function panBy(share: number): void {
  const { from, to } = xWindow.peek();
  if (isZoomed.peek()) zoomTo(from + share * (to - from), to + share * (to - from));
}

export const resetZoom = (): void => {
  look({ zoom: null });
};

/** Another axis has other numbers: window and cursor begin anew. */
export function chooseAxis(axis: XAxis): void {
  cursor.value = null;
  look({ xAxis: axis, zoom: null });
}

/** Moves the window so that a place shows. */
export function reveal(x: number): void {
  const { from, to } = xWindow.peek();
  if (!isZoomed.peek() || (x >= from && x <= to)) return;
  const half = (to - from) / 2;
  zoomTo(x - half, x + half);
}
