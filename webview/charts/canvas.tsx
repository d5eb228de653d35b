import { useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { selectedSeries } from '../series/followed.ts';
import type { ChartState } from './chartState.ts';
import { cursor } from './cursor.ts';
import { drawOnFrames } from './frames.ts';
import { listenToGestures } from './gestures.ts';
import { Screen } from './screen.ts';

/** The picture of a chart, with cursor and selection above it. */
export function ChartCanvas({ chart, height }: { readonly chart: ChartState; readonly height: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const rule = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);

  // Before the browser paints: the first picture is to be in the first frame.
  useLayoutEffect(() => {
    const [outer, inner] = [frame.current, canvas.current];
    if (!outer || !inner || !box.current) return;
    const screen = new Screen(inner);
    let isVisible = outer.getBoundingClientRect().top < innerHeight;
    const frames = drawOnFrames(
      () => {
        draw(chart, screen);
      },
      () => isVisible,
      () => chart.isHeld,
    );
    const measure = (): void => {
      chart.size.value = { width: outer.clientWidth, height: outer.clientHeight };
    };
    const sizes = new ResizeObserver(measure);
    measure();
    sizes.observe(outer);
    const sights = new IntersectionObserver((entries) => {
      isVisible = entries.at(-1)?.isIntersecting ?? false;
      frames.wake();
    });
    sights.observe(outer);
    const stopGestures = listenToGestures(outer, box.current, chart);
    return () => {
      frames.stop();
      screen.stop();
      sizes.disconnect();
      sights.disconnect();
      stopGestures();
    };
  }, [chart]);

  useSignalEffect(() => {
    const line = rule.current;
    if (!line) return;
    const { area, x } = chart.layout.value;
    const at = cursor.value === null ? NaN : x(cursor.value);
    line.hidden = !(at >= area.left - 1 && at <= area.right + 1);
    line.style.transform = `translateX(${Math.round(at)}px)`;
    line.style.top = `${area.top}px`;
    line.style.height = `${area.bottom - area.top}px`;
  });

  return (
    <div ref={frame} class="plot" style={{ height: `${height}px` }}>
      <canvas ref={canvas} aria-hidden="true" />
      <div ref={rule} class="cursor" hidden />
      <div ref={box} class="box" hidden />
    </div>
  );
}

let hasDrawn = false;

function draw(chart: ChartState, screen: Screen): void {
  const plot = chart.plot.value;
  if (plot.width === 0) return;
  screen.draw(plot, chart.layout.value);
  if (plot.curves.length === 0) return;
  // For whoever measures how long a number takes to the screen.
  const newest = selectedSeries.value?.newestWall.value;
  if (newest != null) document.documentElement.dataset['newestWall'] = String(newest);
  if (hasDrawn) return;
  hasDrawn = true;
  performance.mark('distillery:drawn');
}
