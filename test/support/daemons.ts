import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { discoverySchema, type Discovery } from '../../sidecar/protocol/discovery.ts';

/** What the newest daemon of a state folder of one's own (`DISTILLERY_STATE`) says of itself. */
export function daemonOf(state: string): Discovery {
  const file = readdirSync(state).findLast((name) => name.endsWith('.json'));
  return discoverySchema.parse(JSON.parse(readFileSync(join(state, file ?? ''), 'utf8')));
}

export function endDaemon(state: string): void {
  process.kill(daemonOf(state).pid, 'SIGTERM');
}
