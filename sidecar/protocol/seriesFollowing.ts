/**
 * Keeps a copy of one run's series up to date, over one link after another: each time from the offset that it has, and
 * again after each gap.
 *
 * API: new SeriesFollowing(run, options), mirror, attach(link), detach().
 */
import type { Connection } from './connection.ts';
import { toProtocolError, type ProtocolError } from './errors.ts';
import type { SeriesUpdate } from './series.ts';
import { SeriesMirror } from './seriesMirror.ts';

/** The daemon may have to read a long run's file first. */
const SUBSCRIBE_DEADLINE_MS = 300_000;

/** What a connection, or a client that has connections one after another, can do. */
export type SeriesLink = Pick<Connection, 'request' | 'on'>;

export interface FollowingOptions {
  /** Finite points a series in a snapshot. */
  readonly maxPoints: number;
  /** The same of the very first one, if that is to be there sooner; what was left out is asked for at once. */
  readonly firstPoints?: number;
  /** A series with more points than this is asked for anew, thinned out: a long run must not fill the memory. */
  readonly thinAbove?: number;
  readonly onUpdate?: (update: SeriesUpdate) => void;
  /** The daemon refuses: the run is gone. It is asked again on the next link. */
  readonly onError?: (error: ProtocolError) => void;
}

interface Attachment {
  readonly link: SeriesLink;
  /** Number of the subscription; null while it is asked for. */
  subscription: number | null;
  stop: () => void;
}

export class SeriesFollowing {
  readonly mirror = new SeriesMirror();
  readonly #run: string;
  readonly #options: FollowingOptions;
  #attachment: Attachment | null = null;
  /** Points of the longest series of the newest snapshot. */
  #thinned = 0;
  /** Whether nothing but the first, coarse snapshot has come. */
  #coarse: boolean;

  constructor(run: string, options: FollowingOptions) {
    this.#run = run;
    this.#options = options;
    this.#coarse = options.firstPoints !== undefined;
  }

  /** Follows over this link, and over no other any more. */
  attach(link: SeriesLink): void {
    this.detach();
    const own: Attachment = { link, subscription: null, stop: () => undefined };
    own.stop = link.on('series/append', ({ subscription, update }) => {
      if (subscription === own.subscription) this.#take(own, update);
    });
    this.#attachment = own;
    void this.#subscribe(own, this.#known);
  }

  /** The mirror keeps what it has. */
  detach(): void {
    const own = this.#attachment;
    this.#attachment = null;
    if (own === null) return;
    own.stop();
    this.#unsubscribe(own);
  }

  /** From where on points are missing; null: all of them. */
  get #known(): number | null {
    return this.#coarse ? null : this.mirror.offset;
  }

  #unsubscribe(own: Attachment): void {
    const { link, subscription } = own;
    own.subscription = null;
    if (subscription === null) return;
    link.request('series/unsubscribe', { subscription }).catch(() => {
      // The link is gone, and the subscription with it.
    });
  }

  async #subscribe(own: Attachment, since: number | null): Promise<void> {
    try {
      const { firstPoints, maxPoints: most } = this.#options;
      const maxPoints = this.mirror.offset === null ? (firstPoints ?? most) : most;
      const answer = await own.link.request(
        'series/subscribe',
        { run: this.#run, since, maxPoints },
        { deadlineMs: SUBSCRIBE_DEADLINE_MS },
      );
      own.subscription = answer.subscription;
      if (this.#attachment === own) this.#take(own, answer.update);
      else this.#unsubscribe(own);
    } catch (error) {
      const known = toProtocolError(error);
      // A new link brings a new attempt.
      if (known.code !== 'disconnected' && this.#attachment === own) this.#options.onError?.(known);
    }
  }

  #take(own: Attachment, update: SeriesUpdate): void {
    const isFirst = this.mirror.offset === null;
    const follows = this.mirror.apply(update);
    const isPart = isFirst && update.kind === 'snapshot' && !update.complete;
    this.#coarse &&= isPart || !follows;
    if (follows) this.#options.onUpdate?.(update);
    if (follows && !this.#coarse && !this.#isTooLong(update)) return;
    // It was but a first sight, something was dropped on the way, or there is too much to keep.
    this.#unsubscribe(own);
    void this.#subscribe(own, follows ? null : this.#known);
  }

  #isTooLong(update: SeriesUpdate): boolean {
    const { thinAbove = Infinity } = this.#options;
    const { series } = this.mirror;
    const longest = Math.max(0, ...Object.keys(update.series).map((tag) => series[tag]?.steps.length ?? 0));
    if (update.kind === 'snapshot') this.#thinned = longest;
    // A snapshot is as thin as it gets, and may be long: non-finite points all come.
    return longest > Math.max(thinAbove, 2 * this.#thinned);
  }
}
