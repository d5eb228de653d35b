/**
 * A link to a runs folder's daemon that mends itself: finds or starts the daemon, notices when it dies or hangs, comes back
 * with growing pauses. Requests wait for the link; listeners and followers survive it.
 *
 * API: new DaemonClient(runsFolder, options), request, on, onLink, link, whenConnected, follow, close.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, RequestOptions } from '../protocol/connection.ts';
import { ProtocolError, toProtocolError } from '../protocol/errors.ts';
import type {
  NotificationMethod,
  NotificationParams,
  RequestMethod,
  RequestParams,
  RequestResult,
} from '../protocol/messages.ts';
import type { FollowingOptions } from '../protocol/seriesFollowing.ts';
import { backoffMs } from './backoff.ts';
import { findOrStart, type FindOptions } from './findOrStart.ts';
import { SeriesFollower } from './seriesFollower.ts';

export type Link =
  | { kind: 'connecting' }
  | { kind: 'connected'; daemon: RequestResult<'hello'> }
  /** Lost, and being tried again. */
  | { kind: 'waiting'; error: ProtocolError }
  /** Trying again would not help. */
  | { kind: 'failed'; error: ProtocolError }
  | { kind: 'closed' };

const HEARTBEAT_MS = 5_000;
/** A link that lasted so long was a good one: the next loss begins with a short pause again. */
const GOOD_LINK_MS = 5_000;
const WAIT_FOR_LINK_MS = 30_000;

export interface DaemonClientOptions extends Omit<FindOptions, 'signal'> {
  /** How often the daemon is asked whether it still answers, and how long it may take: 5,000 unless told. */
  heartbeatMs?: number;
}

type AnyListener = (params: never) => void;

export class DaemonClient {
  readonly #runsFolder: string;
  readonly #options: FindOptions;
  readonly #heartbeatMs: number;
  readonly #closing = new AbortController();
  readonly #linkListeners = new Set<(link: Link) => void>();
  readonly #listeners = new Map<NotificationMethod, Set<AnyListener>>();
  #link: Link = { kind: 'connecting' };
  #connection: Connection | null = null;

  /** Begins to connect at once. */
  constructor(runsFolder: string, { heartbeatMs = HEARTBEAT_MS, ...options }: DaemonClientOptions) {
    this.#runsFolder = runsFolder;
    this.#heartbeatMs = heartbeatMs;
    this.#options = { ...options, signal: this.#closing.signal };
    void this.#keepLinked();
  }

  get link(): Link {
    return this.#link;
  }

  /** Calls `listener` at every change of the link; returns how to stop that. */
  onLink(listener: (link: Link) => void): () => void {
    this.#linkListeners.add(listener);
    return () => {
      this.#linkListeners.delete(listener);
    };
  }

  /** Calls `listener` for every notification of a kind, over all links; returns how to stop that. */
  on<N extends NotificationMethod>(method: N, listener: (params: NotificationParams<N>) => void): () => void {
    const listeners = this.#listeners.get(method) ?? new Set<AnyListener>();
    this.#listeners.set(method, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /**
   * Waits for the link if need be, then asks once: nothing is repeated, since a lost answer does not tell whether it was done.
   * @throws ProtocolError
   */
  async request<M extends RequestMethod>(
    method: M,
    params: RequestParams<M>,
    options: RequestOptions = {},
  ): Promise<RequestResult<M>> {
    const connection = this.#connection ?? (await this.whenConnected(options.deadlineMs, options.signal));
    return await connection.request(method, params, options);
  }

  /** @throws ProtocolError when the link has failed for good, was closed, or does not come in time. */
  whenConnected(deadlineMs = WAIT_FOR_LINK_MS, signal?: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const settle = (): boolean => {
        if (this.#connection !== null) resolve(this.#connection);
        else if (this.#link.kind === 'failed') reject(this.#link.error);
        else if (this.#link.kind === 'closed') reject(closed());
        else return false;
        return true;
      };
      if (settle()) return;
      const stop = (): void => {
        clearTimeout(timer);
        stopListening();
        signal?.removeEventListener('abort', onAbort);
      };
      const stopListening = this.onLink(() => {
        if (settle()) stop();
      });
      const onAbort = (): void => {
        stop();
        reject(new ProtocolError('cancelled', 'Waiting for the daemon was cancelled.', 'Ask again.'));
      };
      const timer = setTimeout(() => {
        stop();
        const last = this.#link.kind === 'waiting' ? this.#link.error : null;
        const why = last === null ? '' : ` ${last.message}`;
        const next = last?.next ?? 'Try again.';
        reject(new ProtocolError('timeout', `No daemon within ${deadlineMs / 1000} s.${why}`, next));
      }, deadlineMs);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Keeps a copy of a run's series, over all links, without gap and without doubling. */
  follow(run: string, options: FollowingOptions): SeriesFollower {
    return new SeriesFollower(this, run, options);
  }

  /** Ends the link; the daemon and its runs go on. */
  close(): void {
    this.#closing.abort();
    this.#connection?.close();
    this.#connection = null;
    this.#setLink({ kind: 'closed' });
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #keepLinked(): Promise<void> {
    for (let attempt = 0; !this.#isClosed(); attempt++) {
      try {
        const { connection, daemon } = await findOrStart(this.#runsFolder, this.#options);
        const since = Date.now();
        const reason = await this.#use(connection, daemon);
        if (Date.now() - since >= GOOD_LINK_MS) attempt = -1;
        throw new ProtocolError(
          'disconnected',
          `The connection ended: ${reason}.`,
          'It is being tried again.',
        );
      } catch (error) {
        if (this.#isClosed()) return;
        const known = toProtocolError(error);
        if (known.code === 'incompatible-version') {
          this.#setLink({ kind: 'failed', error: known });
          return;
        }
        this.#setLink({ kind: 'waiting', error: known });
      }
      await pause(backoffMs(Math.max(0, attempt)), undefined, { signal: this.#closing.signal }).catch(
        () => undefined,
      );
    }
  }

  /** Returns the reason when the connection is over. */
  async #use(connection: Connection, daemon: RequestResult<'hello'>): Promise<string> {
    if (this.#isClosed()) {
      connection.close();
      return 'closed';
    }
    for (const method of ['runs/changed', 'runs/removed', 'series/append', 'comparison/progress'] as const) {
      connection.on(method, (params) => {
        // Sound: a method's listeners take that method's parameters.
        for (const listener of this.#listeners.get(method) ?? []) listener(params as never);
      });
    }
    const heartbeat = setInterval(() => {
      connection.request('system/heartbeat', {}, { deadlineMs: this.#heartbeatMs }).catch(() => {
        // It hangs: a link that answers nothing is none.
        connection.close();
      });
    }, this.#heartbeatMs);
    this.#connection = connection;
    this.#setLink({ kind: 'connected', daemon });
    const reason = await connection.closed;
    clearInterval(heartbeat);
    this.#connection = null;
    return reason;
  }

  #setLink(link: Link): void {
    if (this.#link.kind === 'closed') return;
    this.#link = link;
    for (const listener of [...this.#linkListeners]) listener(link);
  }
}

function closed(): ProtocolError {
  return new ProtocolError('disconnected', 'This client was closed.', 'Make a new one.');
}
