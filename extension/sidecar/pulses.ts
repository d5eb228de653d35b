import type { Disposable } from 'vscode';
import type { DaemonClient } from '../../sidecar/client/daemonClient.ts';
import type { SeriesFollower } from '../../sidecar/client/seriesFollower.ts';
import type { PointsByTag } from '../../sidecar/protocol/series.ts';
import { log } from '../log.ts';
import type { Pulse, RunsModel } from '../runs/runsModel.ts';

/** Few: a sparkline has eight cells. */
const MAX_POINTS = 64;
/** A long run must not fill the host's memory; asking anew costs the daemon some work. */
const THIN_ABOVE = 1_000;
const TOLD_EVERY_MS = 1_000;

/** Follows the runs that live, for the tree and the status bar: the newest point's age, the pace, a sparkline. */
export class PulseReader implements Disposable {
  readonly #client: DaemonClient;
  readonly #model: RunsModel;
  readonly #followers = new Map<string, SeriesFollower>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscription: Disposable;

  constructor(client: DaemonClient, model: RunsModel) {
    this.#client = client;
    this.#model = model;
    this.#subscription = model.onRun(({ now }) => {
      if (now.liveness === 'live') this.#follow(now.record.id);
      else this.#leave(now.record.id);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const id of [...this.#followers.keys()]) this.#leave(id);
  }

  #follow(id: string): void {
    if (this.#followers.has(id)) return;
    const follower = this.#client.follow(id, {
      maxPoints: MAX_POINTS,
      thinAbove: THIN_ABOVE,
      onUpdate: () => {
        this.#soon(id, follower);
      },
      onError: ({ message }) => {
        log().warn(`${id}: ${message}`);
      },
    });
    this.#followers.set(id, follower);
  }

  #leave(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#followers.get(id)?.stop();
    this.#followers.delete(id);
  }

  /** Views need no more than one change a second. */
  #soon(id: string, follower: SeriesFollower): void {
    if (this.#timers.has(id)) return;
    this.#timers.set(
      id,
      setTimeout(() => {
        this.#timers.delete(id);
        const headline = this.#model.get(id)?.record.headline.series ?? '';
        this.#model.setPulse(id, pulseOf(follower.mirror.series, headline));
      }, TOLD_EVERY_MS),
    );
  }
}

function pulseOf(series: PointsByTag, headline: string): Pulse {
  let newestWall: number | null = null;
  for (const { walls } of Object.values(series)) {
    const last = walls.at(-1);
    if (last !== undefined && (newestWall === null || last > newestWall)) newestWall = last;
  }
  return {
    headline: series[headline]?.values ?? [],
    newestWall,
    stepsPerSecond: paceOf(series['train/run/loss/total']),
  };
}

/** By the last twenty points, so that a pause long ago does not count. */
function paceOf(points: PointsByTag[string] | undefined): number | null {
  if (!points || points.steps.length < 2) return null;
  const from = Math.max(0, points.steps.length - 20);
  const steps = (points.steps.at(-1) ?? 0) - (points.steps[from] ?? 0);
  const seconds = (points.walls.at(-1) ?? 0) - (points.walls[from] ?? 0);
  return seconds > 0 && steps > 0 ? steps / seconds : null;
}
