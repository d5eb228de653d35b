import { computed, type ReadonlySignal } from '@preact/signals';
import { TOTAL_LOSS } from '../charts/topics.ts';
import { runOf } from '../link/runs.ts';
import { part } from '../view/viewState.ts';
import { activeClock, epochClock, stepClock, type Clock } from './clock.ts';
import type { RunSeries } from './runSeries.ts';

const clocks = new WeakMap<RunSeries, ReadonlySignal<Clock>>();
export const xAxis = part('xAxis');

/** How the steps of a run lie on the chosen x axis. */
export function clockOf(series: RunSeries): Clock {
  let clock = clocks.get(series);
  if (!clock) {
    clock = computed(() => made(series));
    clocks.set(series, clock);
  }
  return clock.value;
}

function made(series: RunSeries): Clock {
  switch (xAxis.value) {
    case 'step':
      return stepClock;
    case 'epoch': {
      const record = runOf(series.id)?.record;
      const stepsPerEpoch = record && record.totalEpochs > 0 ? record.totalSteps / record.totalEpochs : 1;
      return epochClock(series.points('schedule/epoch'), Math.max(1, stepsPerEpoch));
    }
    case 'time': {
      const points = series.points(TOTAL_LOSS) ?? series.points(series.tags.value[0] ?? '');
      return points ? activeClock(points, series.seams.value) : stepClock;
    }
  }
}
