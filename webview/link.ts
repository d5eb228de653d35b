import { signal } from '@preact/signals';
import { Connection } from '../sidecar/protocol/connection.ts';
import { ProtocolError } from '../sidecar/protocol/errors.ts';
import type { RunSummary } from '../sidecar/protocol/runSummary.ts';
import type { Transport } from '../sidecar/protocol/transport.ts';
import { formatVersion, isCompatible, PROTOCOL_VERSION } from '../sidecar/protocol/version.ts';

/** How the page reaches a daemon: a WebSocket in a browser, messages to the host inside an editor. */
export type Connect = () => Promise<{ readonly transport: Transport; readonly token: string }>;

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'lost'; readonly reason: string; readonly since: number; readonly retryAt: number }
  | { readonly kind: 'refused'; readonly message: string; readonly next: string };

/** Health of the link and what the daemon says about its runs. */
export const link = signal<LinkState>({ kind: 'connecting' });
export const runs = signal<ReadonlyMap<string, RunSummary>>(new Map());
export const runsFolder = signal('');
export const connection = signal<Connection | null>(null);
/** Messages that did not pass their schema; shown, never hidden. */
export const problems = signal<readonly string[]>([]);

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;

/** Connects, and connects again whenever the link is lost. Never resolves. */
export async function keepConnected(connect: Connect): Promise<void> {
  let delay = FIRST_RETRY_MS;
  for (;;) {
    let reason: string;
    try {
      const { transport, token } = await connect();
      const opened = new Connection(transport, {
        onProblem: (problem) => (problems.value = [...problems.value.slice(-9), problem]),
      });
      await greet(opened, token);
      delay = FIRST_RETRY_MS;
      reason = await opened.closed;
    } catch (error) {
      if (error instanceof ProtocolError && error.code !== 'disconnected' && error.code !== 'timeout') {
        link.value = { kind: 'refused', message: error.message, next: error.next };
        return;
      }
      reason = error instanceof Error ? error.message : String(error);
    }
    connection.value = null;
    const since = link.value.kind === 'lost' ? link.value.since : Date.now();
    link.value = { kind: 'lost', reason, since, retryAt: Date.now() + delay };
    await new Promise((resolve) => setTimeout(resolve, delay));
    delay = Math.min(LONGEST_RETRY_MS, delay * 2);
  }
}

async function greet(opened: Connection, token: string): Promise<void> {
  opened.on('runs/changed', ({ run }) => {
    runs.value = new Map(runs.value).set(run.record.id, run);
  });
  opened.on('runs/removed', ({ run }) => {
    const rest = new Map(runs.value);
    rest.delete(run);
    runs.value = rest;
  });
  const hello = await opened.request('hello', {
    token,
    protocol: PROTOCOL_VERSION,
    client: { name: 'page', version: formatVersion(PROTOCOL_VERSION) },
  });
  if (!isCompatible(hello.protocol))
    throw new ProtocolError(
      'incompatible-version',
      `The daemon speaks protocol ${formatVersion(hello.protocol)}, this page ${formatVersion(PROTOCOL_VERSION)}.`,
      'Stop the older of the two and open the page again.',
    );
  runsFolder.value = hello.runsFolder;
  const { runs: all } = await opened.request('runs/list', {});
  runs.value = new Map(all.map((run) => [run.record.id, run]));
  link.value = { kind: 'connected' };
  connection.value = opened;
}
