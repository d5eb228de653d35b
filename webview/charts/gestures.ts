import type { ChartState } from './chartState.ts';
import { cursor } from './cursor.ts';
import { valueAt } from './scale.ts';
import { panBy, resetZoom, xWindow, zoomBy, zoomTo } from './zoom.ts';

/** A drag shorter than this in one direction means the other axis alone. */
const LOCK_BELOW_PX = 14;
const CLICK_BELOW_PX = 4;
const WHEEL_STEP = 1.0015;

/**
 * Pointer and wheel on a chart: moving shows the cursor, dragging a box zooms (a flat or narrow one along one axis), with
 * Shift it pans, Ctrl and the wheel zoom, a double click shows everything. The wheel alone stays the page's.
 */
export function listenToGestures(frame: HTMLElement, box: HTMLElement, chart: ChartState): () => void {
  let start: { x: number; y: number; isPan: boolean } | null = null;
  let pending: PointerEvent | null = null;
  let request = 0;
  const own = new AbortController();
  const { signal } = own;

  const place = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = frame.getBoundingClientRect();
    const { area } = chart.layout.peek();
    return {
      x: Math.min(area.right, Math.max(area.left, event.clientX - left)),
      y: Math.min(area.bottom, Math.max(area.top, event.clientY - top)),
    };
  };
  const shareAcross = (x: number): number => {
    const { area } = chart.layout.peek();
    return (x - area.left) / (area.right - area.left);
  };
  const lock = (from: { x: number; y: number }, to: { x: number; y: number }): 'x' | 'y' | 'both' => {
    const [across, up] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
    if (up < LOCK_BELOW_PX && across >= up) return 'x';
    return across < LOCK_BELOW_PX ? 'y' : 'both';
  };

  const move = (): void => {
    request = 0;
    const event = pending;
    if (!event) return;
    const at = place(event);
    const { from, to } = xWindow.peek();
    if (start?.isPan === true) {
      panBy(shareAcross(start.x) - shareAcross(at.x));
      start = { ...start, x: at.x };
      return;
    }
    cursor.value = from + shareAcross(at.x) * (to - from);
    if (!start) return;
    const { area } = chart.layout.peek();
    const locked = lock(start, at);
    const [left, right] = locked === 'y' ? [area.left, area.right] : sorted(start.x, at.x);
    const [top, bottom] = locked === 'x' ? [area.top, area.bottom] : sorted(start.y, at.y);
    box.hidden = false;
    Object.assign(box.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
    });
  };
  const release = (event: PointerEvent): void => {
    const from = start;
    start = null;
    chart.isHeld = false;
    box.hidden = true;
    if (!from || from.isPan) return;
    const at = place(event);
    if (Math.hypot(at.x - from.x, at.y - from.y) < CLICK_BELOW_PX) return;
    const locked = lock(from, at);
    if (locked !== 'x') {
      const { area } = chart.layout.peek();
      const { scale } = chart.plot.peek().left;
      const value = (y: number): number => valueAt(scale, (area.bottom - y) / (area.bottom - area.top));
      const [top, bottom] = sorted(from.y, at.y);
      chart.leftRange.value = { from: value(bottom), to: value(top) };
    }
    if (locked !== 'y') {
      const window = xWindow.peek();
      const span = window.to - window.from;
      const [left, right] = sorted(shareAcross(from.x), shareAcross(at.x));
      zoomTo(window.from + left * span, window.from + right * span);
    }
  };

  frame.addEventListener(
    'pointermove',
    (event) => {
      pending = event;
      request ||= requestAnimationFrame(move);
    },
    { signal },
  );
  frame.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button !== 0) return;
      start = { ...place(event), isPan: event.shiftKey };
      chart.isHeld = true;
      frame.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  frame.addEventListener('pointerup', release, { signal });
  frame.addEventListener(
    'pointercancel',
    () => {
      start = null;
      chart.isHeld = false;
      box.hidden = true;
    },
    { signal },
  );
  frame.addEventListener(
    'pointerleave',
    () => {
      pending = null;
      if (!start) cursor.value = null;
    },
    { signal },
  );
  frame.addEventListener(
    'dblclick',
    () => {
      chart.leftRange.value = null;
      resetZoom();
    },
    { signal },
  );
  frame.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomBy(WHEEL_STEP ** event.deltaY, shareAcross(place(event).x));
    },
    { signal, passive: false },
  );
  return () => {
    own.abort();
    if (request !== 0) cancelAnimationFrame(request);
  };
}

const sorted = (a: number, b: number): [number, number] => (a <= b ? [a, b] : [b, a]);
