/**
 * Follows a run's series over all links of a client.
 *
 * API: SeriesFollower.mirror, stop(); made by DaemonClient.follow.
 */
import { SeriesFollowing, type FollowingOptions } from '../protocol/seriesFollowing.ts';
import type { SeriesMirror } from '../protocol/seriesMirror.ts';
import type { DaemonClient } from './daemonClient.ts';

export class SeriesFollower {
  readonly #client: DaemonClient;
  readonly #following: SeriesFollowing;
  readonly #stopListening: () => void;
  #stopped = false;

  constructor(client: DaemonClient, run: string, options: FollowingOptions) {
    this.#client = client;
    this.#following = new SeriesFollowing(run, options);
    this.#stopListening = client.onLink(() => {
      this.#relink();
    });
    this.#relink();
  }

  get mirror(): SeriesMirror {
    return this.#following.mirror;
  }

  /** Ends the subscription; the mirror keeps what it has. */
  stop(): void {
    this.#stopped = true;
    this.#stopListening();
    this.#following.detach();
  }

  /** Attached to the connection itself: what is asked of a client could reach the next one, where numbers mean others. */
  #relink(): void {
    this.#following.detach();
    if (this.#client.link.kind !== 'connected') return;
    this.#client
      .whenConnected()
      .then((connection) => {
        if (!this.#stopped) this.#following.attach(connection);
      })
      .catch(() => {
        // Lost at once: the next link brings another attempt.
      });
  }
}
