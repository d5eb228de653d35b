import { announce } from '../view/announce.ts';
import type { ChartState } from './chartState.ts';
import { cursor } from './cursor.ts';
import { cursorText } from './readOut.ts';
import { charts } from './registry.ts';
import { isZoomed, resetZoom, reveal, xWindow, zoomBy } from './zoom.ts';

const FAR = 10;
const ZOOM_STEP = 0.5;

/** Keys that the charts answer to; true when the key was one. */
export function chartKey(event: KeyboardEvent): boolean {
  const focused = focusedChart();
  switch (event.key) {
    case '[':
      return focusChart(-1);
    case ']':
      return focusChart(1);
    case '+':
    case '=':
      zoomAround(ZOOM_STEP);
      return true;
    case '-':
    case '−':
      zoomAround(1 / ZOOM_STEP);
      return true;
    case '0':
      resetZoom();
      for (const chart of charts.values()) chart.leftRange.value = null;
      return true;
    case 't':
      return toggleTable(focused);
    case 'Escape':
      return goBack(focused);
    case 'ArrowLeft':
    case 'ArrowRight':
    case 'Home':
    case 'End':
      if (!focused || focused.isTable.peek()) return false;
      moveCursor(focused, event);
      return true;
    default:
      return false;
  }
}

const sections = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.chart')];
const focusedSection = (): HTMLElement | null =>
  document.activeElement?.closest<HTMLElement>('.chart') ?? null;

/** The chart that has the focus, as picture or as table. */
const focusedChart = (): ChartState | undefined => charts.get(focusedSection()?.dataset['topic'] ?? '');

/** What of a chart takes the focus: its picture, or its table. */
const target = (section: HTMLElement): HTMLElement | null =>
  section.querySelector<HTMLElement>('[data-chart], .twin .scroll');

function focusChart(by: number): boolean {
  const all = sections();
  const own = focusedSection();
  const index = own ? all.indexOf(own) + by : by > 0 ? 0 : all.length - 1;
  const next = all[(index + all.length) % all.length];
  const element = next && target(next);
  element?.focus();
  next?.scrollIntoView({ block: 'nearest' });
  return element !== undefined && element !== null;
}

function zoomAround(factor: number): void {
  const { from, to } = xWindow.peek();
  const at = cursor.peek();
  const inside = at !== null && at >= from && at <= to;
  zoomBy(factor, inside ? (at - from) / (to - from) : 0.5);
}

function toggleTable(chart: ChartState | undefined): boolean {
  const section = focusedSection();
  if (!chart || !section) return false;
  chart.isTable.value = !chart.isTable.peek();
  // After the other twin is there.
  requestAnimationFrame(() => target(section)?.focus());
  return true;
}

/** One thing at a time: table, cursor, zoom. */
function goBack(focused: ChartState | undefined): boolean {
  if (focused?.isTable.peek() === true) return toggleTable(focused);
  if (cursor.peek() !== null) {
    cursor.value = null;
    return true;
  }
  if (!isZoomed.peek()) return false;
  resetZoom();
  return true;
}

function moveCursor(chart: ChartState, { key, shiftKey }: KeyboardEvent): void {
  const stops = chart.stops.peek();
  const last = stops.length - 1;
  if (last < 0) return;
  const at = cursor.peek();
  // The first stop that is not left of the cursor; without one the newest.
  const next = at === null ? last : stops.findIndex((x) => x >= at - 1e-9);
  const here = next === -1 ? last : next;
  const stride = shiftKey ? FAR : 1;
  const index = { ArrowLeft: here - stride, ArrowRight: here + stride, Home: 0, End: last }[key] ?? here;
  const x = stops[Math.max(0, Math.min(last, index))] ?? 0;
  cursor.value = x;
  reveal(x);
  announce(() => cursorText(chart));
}
