/**
 * Opens a socket to a daemon and proves, both ways, that it is the right one.
 *
 * API: shakeHands(discovery, client, options) → connection and what the daemon said.
 */
import 'vscode-jsonrpc/node';
import { WebSocket } from 'ws';
import { Connection } from '../protocol/connection.ts';
import type { Discovery } from '../protocol/discovery.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { Access, RequestResult } from '../protocol/messages.ts';
import { webSocketTransport } from '../protocol/transport.ts';
import { formatVersion, isCompatible, PROTOCOL_VERSION, type ProtocolVersion } from '../protocol/version.ts';

const OPEN_DEADLINE_MS = 3_000;
/** A snapshot of a long run with many series takes some megabytes. */
const MAX_FRAME_BYTES = 256 << 20;

export interface ClientIdentity {
  name: string;
  version: string;
}

export interface HandshakeOptions {
  access?: Access;
  onProblem?: (problem: string) => void;
}

export interface Handshake {
  connection: Connection;
  daemon: RequestResult<'hello'>;
}

function incompatible(other: ProtocolVersion): ProtocolError {
  return new ProtocolError(
    'incompatible-version',
    `The daemon speaks protocol ${formatVersion(other)}, this program ${formatVersion(PROTOCOL_VERSION)}.`,
    'Update the older of the two. A daemon without clients and runs ends by itself after ten minutes.',
  );
}

export async function openSocket(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, {
    handshakeTimeout: OPEN_DEADLINE_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  return await new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.off('error', reject);
      // What breaks later also closes, and that is what the connection hears.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/**
 * @throws ProtocolError `incompatible-version`, `unauthorized` (another daemon has the port), `disconnected` or `timeout`.
 */
export async function shakeHands(
  { port, token, protocol, runsFolder }: Discovery,
  client: ClientIdentity,
  { access = 'full', onProblem = () => undefined }: HandshakeOptions = {},
): Promise<Handshake> {
  let socket: WebSocket;
  try {
    socket = await openSocket(port);
  } catch (error) {
    const message = `No daemon answers on port ${port}.`;
    throw new ProtocolError('disconnected', message, 'Start it again.', error);
  }
  const connection = new Connection(webSocketTransport(socket), { onProblem });
  try {
    const daemon = await connection.request(
      'hello',
      { token, protocol: PROTOCOL_VERSION, client, access },
      { deadlineMs: OPEN_DEADLINE_MS },
    );
    if (!isCompatible(daemon.protocol)) throw incompatible(daemon.protocol);
    if (daemon.runsFolder === runsFolder) return { connection, daemon };
    throw new ProtocolError(
      'unauthorized',
      `The daemon on port ${port} serves another folder.`,
      'Start it again.',
    );
  } catch (error) {
    connection.close();
    // Only a daemon that knows the token answers so; which version it speaks stands in its file.
    const refused = error instanceof ProtocolError && error.code === 'incompatible-version';
    throw refused ? incompatible(protocol) : error;
  }
}
