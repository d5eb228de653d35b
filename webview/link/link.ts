import { computed, signal } from '@preact/signals';
import { Connection } from '../../sidecar/protocol/connection.ts';
import { ProtocolError } from '../../sidecar/protocol/errors.ts';
import type { Transport } from '../../sidecar/protocol/transport.ts';
import { formatVersion, isCompatible, PROTOCOL_VERSION } from '../../sidecar/protocol/version.ts';
import { watchHeart } from './heartbeat.ts';
import { keepRuns } from './runs.ts';

/** How the page reaches a daemon: a WebSocket in a browser, messages to the host inside an editor. */
export type Connect = () => Promise<{ readonly transport: Transport; readonly token: string }>;

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost'; readonly reason: string; readonly since: number; readonly retryAt: number }
  | { readonly kind: 'refused'; readonly message: string; readonly next: string };

/** Health of the link; times in milliseconds since 1970. */
export const link = signal<LinkState>({ kind: 'connecting' });
export const isConnected = computed(() => link.value.kind === 'connected');
/** What the charts need, before the runs have been listed. */
export const connection = signal<Connection | null>(null);
export const runsFolder = signal('');
/** Messages that did not pass their schema; shown, never hidden. */
export const problems = signal<readonly string[]>([]);

const MAX_PROBLEMS = 10;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;

export function complain(problem: string): void {
  problems.value = [...problems.value.slice(1 - MAX_PROBLEMS), problem];
}

let tryNow: () => void = () => undefined;

/** Connects at once instead of after the pause; also after a refusal. */
export const tryAgain = (): void => {
  tryNow();
};

/** Connects, and connects again whenever the link is lost. Never resolves. */
export async function keepConnected(connect: Connect): Promise<void> {
  let delay = FIRST_RETRY_MS;
  for (;;) {
    const asked = new Promise<void>((resolve) => (tryNow = resolve));
    try {
      const { transport, token } = await connect();
      const opened = new Connection(transport, { onProblem: complain });
      await greet(opened, token);
      watchHeart(opened);
      delay = FIRST_RETRY_MS;
      lose(await opened.closed, delay);
    } catch (error) {
      if (error instanceof ProtocolError && error.code !== 'disconnected' && error.code !== 'timeout') {
        connection.value = null;
        link.value = { kind: 'refused', message: error.message, next: error.next };
        await asked;
        link.value = { kind: 'connecting' };
        continue;
      }
      lose(error instanceof Error ? error.message : String(error), delay);
    }
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, delay))]);
    delay = Math.min(LONGEST_RETRY_MS, delay * 2);
  }
}

function lose(reason: string, delay: number): void {
  connection.value = null;
  const since = link.value.kind === 'lost' ? link.value.since : Date.now();
  link.value = { kind: 'lost', reason, since, retryAt: Date.now() + delay };
}

async function greet(opened: Connection, token: string): Promise<void> {
  // Sent together, and answered in order: every wait of its own would cost a way through the editor and back.
  const hello = opened.request('hello', {
    token,
    protocol: PROTOCOL_VERSION,
    client: { name: 'page', version: formatVersion(PROTOCOL_VERSION) },
  });
  const runsListed = keepRuns(opened);
  // The curves of what was looked at last are asked for together with the list, which is short and so comes first.
  connection.value = opened;
  const [greeted, listed] = await Promise.allSettled([hello, runsListed]);
  if (greeted.status === 'rejected') throw greeted.reason;
  const { protocol, runsFolder: folder } = greeted.value;
  if (!isCompatible(protocol))
    throw new ProtocolError(
      'incompatible-version',
      `The daemon speaks protocol ${formatVersion(protocol)}, this page ${formatVersion(PROTOCOL_VERSION)}.`,
      'Stop the older of the two and open the page again.',
    );
  if (listed.status === 'rejected') throw listed.reason;
  runsFolder.value = folder;
  link.value = { kind: 'connected' };
}
