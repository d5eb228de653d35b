/**
 * The benchmark of the dashboard, in headless Chromium before a real daemon: ten runs of 100,000 points a series are opened
 * together and panned; then one run grows by an hour of points, ten a second, within a minute, and the page's heap is watched.
 *
 * Ends with code 1 if a goal is missed: ten runs open in 2 s, 50 frames a second while panning, a heap that stays.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { discoverySchema } from '../../sidecar/protocol/discovery.ts';
import { EventWriter } from '../../sidecar/store/eventWriter.ts';
import { judge } from './judge.ts';
import { chromiumPath, launchBrowser } from '../support/browser.ts';
import { makeRun } from '../webview/support/madeRuns.ts';

const GOAL_OPEN_MS = 2_000;
const GOAL_FRAMES = 50;
/** The heap after the hour, over that after its first tenth. */
const GOAL_GROWTH = 0.25;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    steps: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '60' },
  },
});
const [runCount, steps, seconds] = [Number(values.runs), Number(values.steps), Number(values.seconds)];
const HOUR = 36_000;

/** Noise without memory: the worst that a chart is asked to draw. */
const noise = (step: number, seed: number): number => {
  const value = Math.sin(step * 12.9898 + seed * 78.233) * 43_758.5453;
  return value - Math.floor(value);
};

const seriesOf = (seed: number) => (step: number) => ({
  'train/run/loss/total': 2 / Math.log(step + 2) + 0.2 * noise(step, seed),
  'train/run/weighted/crossEntropy': 1 / Math.log(step + 2) + 0.1 * noise(step, seed + 1),
  'train/run/weighted/peerEnsemble': 1 / Math.log(step + 2) + 0.1 * noise(step, seed + 2),
  'schedule/learningRate': 0.1 * (1 - step / steps),
  'system/samplesPerSecond': 400 + 20 * noise(step, seed + 3),
  'validation/peer1/top1': 90 - 50 / Math.sqrt(step) + noise(step, seed + 4),
  'validation/teacherBest/top1': 92 - 50 / Math.sqrt(step) + noise(step, seed + 5),
  'diversity/gap': 0.2 + 0.1 * noise(step, seed + 6),
});

const chromium = chromiumPath();
if (chromium === null) throw new Error('There is no Chromium. Set DISTILLERY_CHROMIUM to one.');
const root = mkdtempSync(join(tmpdir(), 'distillery-bench-'));
const [runs, state] = [join(root, 'runs'), join(root, 'state')];
process.env['DISTILLERY_STATE'] = state;

const ids: string[] = [];
for (let index = 0; index < runCount; index++)
  ids.push(await makeRun(runs, { steps, seriesAt: seriesOf(index), record: { seed: index } }));
const growing = await makeRun(runs, {
  steps: 100,
  seriesAt: seriesOf(99),
  record: { seed: 99, status: 'running' },
});

const served = spawnSync(
  process.execPath,
  [resolve('dist/sidecar/cli.js'), '--runs', runs, 'serve', '--json'],
  {
    encoding: 'utf8',
  },
);
const { url } = JSON.parse(served.stdout) as { url: string };
const daemon = discoverySchema.parse(
  JSON.parse(
    readFileSync(join(state, readdirSync(state).find((name) => name.endsWith('.json')) ?? ''), 'utf8'),
  ),
);
const browser = await launchBrowser(chromium);
try {
  console.log(
    `${runCount} runs × 8 series × ${steps} points; ${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}; Chromium ${browser.version()}, no GPU`,
  );
  await measureOpening('daemon has read nothing yet');
  const { page, milliseconds } = await measureOpening('daemon has the files');
  judge(`${runCount} runs open in ${GOAL_OPEN_MS} ms`, milliseconds < GOAL_OPEN_MS);
  await measurePanning(page);
  await page.context().close();
  await measureHour();
} finally {
  await browser.close();
  process.kill(daemon.pid, 'SIGTERM');
  await pause(500);
  rmSync(root, { recursive: true, force: true });
}

/** A page that was left with these runs overlaid, as it is opened again. */
async function openWith(view: object): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  const kept = { version: 1, tab: 'run', overlays: [], baseline: '', colored: ids, smoothing: 0, xAxis: 'step', zoom: null, logarithmic: [], columns: [], sort: { column: 'created', descending: true }, filter: '', onlyDifferences: false, showHidden: false, ...view }; // prettier-ignore
  await page.addInitScript(
    `sessionStorage.setItem('distillery.view', ${JSON.stringify(JSON.stringify(kept))})`,
  );
  await page.goto(url);
  return page;
}

/** Until the first chart has so many values below it. */
function untilValues(page: Page, count: number): Promise<unknown> {
  return page.evaluate(`new Promise((done) => {
    const look = () =>
      document.querySelector('.chart')?.querySelectorAll('.legend .value').length >= ${count} ? done() : requestAnimationFrame(look);
    look();
  })`);
}

async function measureOpening(when: string): Promise<{ page: Page; milliseconds: number }> {
  const page = await openWith({ run: ids[0], overlays: ids.slice(1) });
  // Drawn: every run has its line with a value below the first chart, and a frame has passed.
  await untilValues(page, runCount);
  const milliseconds = await page.evaluate<number>(
    `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))`,
  );
  const [start = NaN, drawn = NaN] = await page.evaluate<number[]>(
    `['start', 'drawn'].map((name) => performance.getEntriesByName('distillery:' + name)[0]?.startTime)`,
  );
  console.log(
    `open, ${when}: ${milliseconds.toFixed(0)} ms from navigation to all drawn; first chart ${(drawn - start).toFixed(0)} ms after the script's start`,
  );
  return { page, milliseconds };
}

/** Intervals between frames while the window is dragged over the run, first in overview and then zoomed in. */
async function measurePanning(page: Page): Promise<void> {
  for (const [name, zooms] of [
    ['a quarter', 2],
    ['a 32nd', 5],
  ] as const) {
    await page.keyboard.press('0');
    for (let index = 0; index < zooms; index++) await page.keyboard.press('+');
    // The exact points come meanwhile.
    await page.waitForTimeout(1_500);
    const intervals = await page.evaluate<number[]>(`new Promise((done) => {
      const plot = document.querySelector('.plot');
      const { left, top, width } = plot.getBoundingClientRect();
      const send = (type, x) => plot.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, button: 0, shiftKey: true, clientX: left + x, clientY: top + 60, bubbles: true }));
      plot.setPointerCapture = () => undefined;
      send('pointerdown', width / 2);
      const intervals = [];
      let [last, count] = [performance.now(), 0];
      const frame = () => {
        const now = performance.now();
        intervals.push(now - last);
        last = now;
        if (++count === 240) { send('pointerup', width / 2); done(intervals); return; }
        send('pointermove', width / 2 + 120 * Math.sin(count / 20));
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    })`);
    const sorted = intervals.slice(10).sort((a, b) => a - b);
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const at = (share: number): string => (sorted[Math.floor(share * sorted.length)] ?? NaN).toFixed(1);
    console.log(
      `pan ${name} of the runs: ${(1000 / mean).toFixed(1)} frames/s; interval median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(0.999)} ms`,
    );
    judge(`at least ${GOAL_FRAMES} frames/s`, 1000 / mean >= GOAL_FRAMES);
  }
}

/** One point in a tenth of a second for an hour, in a minute: what the page holds must not grow with it. */
async function measureHour(): Promise<void> {
  const page = await openWith({ run: growing });
  const session = await page.context().newCDPSession(page);
  const heap = async (): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize / 2 ** 20;
  };
  await untilValues(page, 1);
  const events = await EventWriter.open(join(runs, growing), { flushIntervalMs: 50 });
  const heaps: number[] = [];
  const tenths = 10;
  for (let tenth = 0; tenth < tenths; tenth++) {
    const until = Date.now() + (1000 * seconds) / tenths;
    for (let index = 0; index < HOUR / tenths; index++) {
      const step = 101 + (tenth * HOUR) / tenths + index;
      events.scalars(step, Date.now() / 1000, seriesOf(99)(step));
      if (index % 60 === 0)
        await pause(Math.max(0, (until - Date.now()) / (HOUR / tenths / 60 - index / 60)));
    }
    heaps.push(await heap());
  }
  events.close();
  const [first = NaN, last = NaN] = [heaps[1], heaps.at(-1)];
  console.log(
    `an hour of ${HOUR} points a series: heap ${heaps.map((size) => size.toFixed(1)).join(' ')} MiB`,
  );
  judge(`heap grows by less than ${100 * GOAL_GROWTH} %`, last / first - 1 < GOAL_GROWTH);
  await page.context().close();
}
