/**
 * One client: nothing but `hello` until it has shown the token, then what its access allows, and notifications of what
 * changes.
 *
 * API: new Session(socket, services), isAuthenticated, tell(run), tellRemoved(id), sendSeries().
 */
import type { WebSocket } from 'ws';
import { ProtocolError } from '../protocol/errors.ts';
import { exhibitsSchema } from '../protocol/exhibits.ts';
import {
  accessTo,
  type Access,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
} from '../protocol/messages.ts';
import { predictionsSchema } from '../protocol/predictions.ts';
import type { RunSummary } from '../protocol/runSummary.ts';
import { serve, type Handlers, type ServerEnd } from '../protocol/serve.ts';
import { webSocketTransport } from '../protocol/transport.ts';
import { formatVersion, isCompatible, PROTOCOL_VERSION } from '../protocol/version.ts';
import { viewsSchema } from '../protocol/views.ts';
import { EXHIBITS_FILE, PREDICTIONS_FILE, VIEWS_FILE } from '../store/runs.ts';
import type { Comparisons } from './comparisons.ts';
import { missingDatasets } from '../datasets/registry.ts';
import { findRun } from './findRun.ts';
import type { Log } from './log.ts';
import type { RunActions } from './runActions.ts';
import type { RunDetails } from './runDetails.ts';
import type { RunSeries } from './runSeries.ts';
import type { SeriesHub } from './seriesHub.ts';
import { seriesUpdate } from './seriesUpdate.ts';
import { endSurvivor, listSurvivors } from './survivors.ts';
import { sameToken } from './token.ts';
import type { WatchedRun } from './watchedRun.ts';
import type { RunWatcher } from './watcher.ts';

/** A client that has not shown the token within this time is not one. */
const HELLO_DEADLINE_MS = 5_000;
/** With so much waiting to be sent, series are held back: a later update has it all. */
const SLOW_CLIENT_BYTES = 1 << 20;

export interface SessionServices {
  token: string;
  product: { name: string; version: string };
  runsFolder: string;
  watcher: RunWatcher;
  hub: SeriesHub;
  actions: RunActions;
  details: RunDetails;
  comparisons: Comparisons;
  /** Called when a client that may start runs has come. */
  permit: () => void;
  shutdown: (params: RequestParams<'system/shutdown'>) => Promise<RequestResult<'system/shutdown'>>;
  log: Log;
}

interface Subscription {
  run: string;
  series: RunSeries;
  maxPoints: number;
  /** Up to which offset the client has everything, of which epoch of the file. */
  offset: number;
  epoch: number;
}

export class Session {
  readonly #socket: WebSocket;
  readonly #services: SessionServices;
  readonly #end: ServerEnd;
  readonly #subscriptions = new Map<number, Subscription>();
  #lastSubscription = 0;
  readonly #helloTimer: NodeJS.Timeout;
  #client: string | null = null;
  #access: Access = 'read';

  constructor(socket: WebSocket, services: SessionServices) {
    this.#socket = socket;
    this.#services = services;
    this.#end = serve(webSocketTransport(socket), this.#handlers(), (problem) => {
      services.log(`${this.#client ?? 'unknown client'}: ${problem}`);
    });
    this.#helloTimer = setTimeout(() => {
      if (this.#client === null) socket.close(1008, 'no hello in time');
    }, HELLO_DEADLINE_MS);
    void this.#end.closed.then(() => {
      clearTimeout(this.#helloTimer);
      for (const { run } of this.#subscriptions.values()) services.hub.close(run);
      this.#subscriptions.clear();
    });
  }

  get isAuthenticated(): boolean {
    return this.#client !== null;
  }

  /** Sends a run's state. Never held back: a client must not miss that a run failed. */
  tell(run: WatchedRun): void {
    const summary = this.#client === null ? null : this.#summary(run);
    if (summary !== null) this.#end.notify('runs/changed', { run: summary });
  }

  tellRemoved(id: string): void {
    for (const [subscription, { run }] of this.#subscriptions)
      if (run === id) this.#unsubscribe(subscription);
    if (this.#client !== null) this.#end.notify('runs/removed', { run: id });
  }

  /** Sends what is new of every subscribed run, unless the client is behind: then it comes together, later. */
  sendSeries(): void {
    for (const [number, subscription] of this.#subscriptions) {
      if (this.#socket.bufferedAmount > SLOW_CLIENT_BYTES) return;
      const { run, series, offset, epoch, maxPoints } = subscription;
      const isSameFile = epoch === series.epoch;
      if (isSameFile && offset === series.store.offset) continue;
      const update = seriesUpdate(series.store, isSameFile ? offset : null, maxPoints);
      subscription.offset = update.to;
      subscription.epoch = series.epoch;
      this.#end.notify('series/append', { subscription: number, run, update });
    }
  }

  #summary(run: WatchedRun): RunSummary | null {
    return run.summary(this.#services.hub.get(run.id)?.problems);
  }

  #handlers(): Handlers {
    const { actions, details, comparisons, watcher, shutdown } = this.#services;
    const gated: Omit<Handlers, 'hello'> = {
      'runs/list': () => ({
        runs: watcher.runs().flatMap((run) => this.#summary(run) ?? []),
        problems: watcher.problems(),
      }),
      'runs/start': (params) => actions.start(params),
      'runs/branch': (params) => actions.branch(params),
      'runs/repeat': (params) => actions.repeat(params),
      'runs/stop': ({ run }) => actions.stop(run),
      'runs/pause': ({ run }) => actions.pause(run),
      'runs/resume': ({ run }) => actions.resume(run),
      'runs/checkpoint': ({ run }) => actions.checkpoint(run),
      'runs/delete': ({ run }) => actions.remove(run),
      'runs/show': ({ run }) => details.show(run),
      'runs/annotate': (params) => actions.annotate(params),
      'runs/predictions': async ({ run }) => ({
        predictions: await details.kept(run, PREDICTIONS_FILE, predictionsSchema),
      }),
      'runs/exhibits': async ({ run }) => ({
        exhibits: await details.kept(run, EXHIBITS_FILE, exhibitsSchema),
      }),
      'runs/views': async ({ run }) => ({ views: await details.kept(run, VIEWS_FILE, viewsSchema) }),
      'runs/parameters': ({ runs }) => details.parameters(runs),
      'checkpoints/compare': ({ id, request, fresh }, signal) =>
        comparisons.ask(request, {
          signal,
          fresh,
          onProgress: (progress) => {
            this.#end.notify('comparison/progress', { id, progress });
          },
        }),
      'series/subscribe': (params) => this.#subscribe(params),
      'series/unsubscribe': ({ subscription }) => {
        this.#unsubscribe(subscription);
        return {};
      },
      'series/range': (params) => this.#range(params),
      'system/heartbeat': () => ({ time: Date.now() }),
      'system/datasets': () => ({ problems: missingDatasets() }),
      'system/data': (params) => details.probe(params),
      'system/survivors': () => ({ survivors: listSurvivors(watcher.runs()) }),
      'system/endSurvivor': async ({ run, pid }) => endSurvivor((await findRun(watcher, run)).run, pid),
      'system/shutdown': shutdown,
    };
    // Every handler but hello's stands behind the token and the client's access.
    const guarded = Object.fromEntries(
      Object.entries(gated).map(([method, handle]) => [
        method,
        (params: never, signal: AbortSignal) => {
          this.#assertAllowed(method as RequestMethod);
          return handle(params, signal);
        },
      ]),
    ) as typeof gated;
    return { ...guarded, hello: (params) => this.#hello(params) };
  }

  #assertAllowed(method: RequestMethod): void {
    if (this.#client === null) {
      this.#closeSoon('unauthorized');
      throw new ProtocolError(
        'unauthorized',
        'The first request must be hello.',
        'Connect again and say hello.',
      );
    }
    if (this.#access === 'full' || accessTo(method) === 'read') return;
    throw new ProtocolError(
      'read-only',
      `This client may look but change nothing, and ${method} does.`,
      'Trust the workspace, or use a client of your own.',
    );
  }

  #hello({ token, protocol, client, access = 'full' }: RequestParams<'hello'>): RequestResult<'hello'> {
    const { product, runsFolder, log } = this.#services;
    if (!sameToken(token, this.#services.token)) {
      this.#closeSoon('unauthorized');
      const next = 'Read the token again from the discovery file, or open the page again from the editor.';
      throw new ProtocolError('unauthorized', 'The token is wrong.', next);
    }
    if (!isCompatible(protocol)) {
      this.#closeSoon('incompatible version');
      const message = `This daemon speaks protocol ${formatVersion(PROTOCOL_VERSION)}, not ${formatVersion(protocol)}.`;
      throw new ProtocolError('incompatible-version', message, 'Update the older of the two programs.');
    }
    this.#client = `${client.name} ${client.version}`;
    this.#access = access;
    clearTimeout(this.#helloTimer);
    log(`${this.#client} connected${access === 'read' ? ', read-only' : ''}`);
    if (access === 'full') this.#services.permit();
    return { protocol: PROTOCOL_VERSION, product, capabilities: [], runsFolder };
  }

  /** After the answer is on its way. */
  #closeSoon(reason: string): void {
    setImmediate(() => {
      this.#socket.close(1008, reason);
    });
  }

  async #subscribe({
    run: id,
    since,
    maxPoints,
  }: RequestParams<'series/subscribe'>): Promise<RequestResult<'series/subscribe'>> {
    const { run } = await findRun(this.#services.watcher, id);
    const series = await this.#services.hub.open(run);
    const update = seriesUpdate(series.store, since, maxPoints);
    const subscription = ++this.#lastSubscription;
    if (this.#socket.readyState === this.#socket.OPEN) {
      const { epoch } = series;
      this.#subscriptions.set(subscription, { run: id, series, maxPoints, offset: update.to, epoch });
    } else {
      // The client left while the file was read.
      this.#services.hub.close(id);
    }
    return { subscription, update };
  }

  #unsubscribe(subscription: number): void {
    const run = this.#subscriptions.get(subscription)?.run;
    if (run === undefined) return;
    this.#subscriptions.delete(subscription);
    this.#services.hub.close(run);
  }

  #range({
    run,
    tags,
    fromStep,
    toStep,
    maxPoints,
  }: RequestParams<'series/range'>): RequestResult<'series/range'> {
    const subscription = [...this.#subscriptions.values()].find((one) => one.run === run);
    if (subscription === undefined) {
      throw new ProtocolError(
        'not-subscribed',
        `The series of ${run} are not subscribed.`,
        'Subscribe first.',
      );
    }
    return subscription.series.store.range(tags, fromStep, toStep, maxPoints);
  }
}
