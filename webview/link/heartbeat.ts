import type { Connection } from '../../sidecar/protocol/connection.ts';

const EVERY_MS = 2_000;
const DEADLINE_MS = 2_500;

/**
 * Asks the daemon again and again whether it answers, and ends the connection when it does not: a host or a daemon that was
 * killed may never say that the link is gone, and a stale number must not look live for more than five seconds.
 */
export function watchHeart(connection: Connection): void {
  const timer = setInterval(() => {
    connection.request('system/heartbeat', {}, { deadlineMs: DEADLINE_MS }).catch(() => {
      // Whatever the reason, an answer did not come: the end of the connection is what is shown.
      connection.close();
    });
  }, EVERY_MS);
  void connection.closed.then(() => {
    clearInterval(timer);
  });
}
