/**
 * The daemon's port on 127.0.0.1: the page's files, and WebSockets for clients. Checks who asks before anything else.
 *
 * API: Server.listen(options) → port, close().
 */
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Log } from './log.ts';
import { isAllowedOrigin, isLoopbackHost } from './origin.ts';
import { serveStatic } from './staticFiles.ts';

export const RPC_PATH = '/rpc';
/** No message of a client is longer; an experiment is a few kilobytes. */
const MAX_FRAME_BYTES = 4 << 20;
const PING_EVERY_MS = 10_000;
/** A client with so much unread is gone, whatever its socket says. */
const HOPELESS_BYTES = 256 << 20;

export interface ServerOptions {
  webviewFolder: string;
  /** Taken where it is free; another one otherwise. */
  preferredPort?: number;
  onSocket: (socket: WebSocket) => void;
  log: Log;
}

export class Server {
  readonly port: number;
  readonly #http: HttpServer;
  readonly #sockets: WebSocketServer;
  readonly #pings: NodeJS.Timeout;
  readonly #answered = new WeakSet<WebSocket>();

  private constructor(http: HttpServer, { onSocket, log }: ServerOptions) {
    this.#http = http;
    this.port = (http.address() as AddressInfo).port;
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
    });
    http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      const refusal = refuse(request);
      if (refusal !== null) {
        log(`refused a socket: ${refusal}`);
        stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, stream, head, (socket) => {
        this.#answered.add(socket);
        socket.on('pong', () => this.#answered.add(socket));
        // Oversized and malformed frames close the socket by themselves.
        socket.on('error', (error) => {
          log(`socket: ${error.message}`);
        });
        onSocket(socket);
      });
    });
    this.#pings = setInterval(() => {
      this.#ping();
    }, PING_EVERY_MS);
  }

  static async listen(options: ServerOptions): Promise<Server> {
    const http = createServer((request, response) => {
      if (!isLoopbackHost(request.headers.host)) {
        response.writeHead(403, { 'content-type': 'text/plain' }).end('Only loopback names are served.\n');
        return;
      }
      serveStatic(options.webviewFolder, request, response).catch((error: unknown) => {
        options.log(`could not serve ${request.url ?? ''}: ${String(error)}`);
        response.destroy();
      });
    });
    if (options.preferredPort === undefined || !(await listens(http, options.preferredPort)))
      await listens(http, 0);
    return new Server(http, options);
  }

  /** Closes every socket; clients take it as a reason to find a daemon again. */
  async close(): Promise<void> {
    clearInterval(this.#pings);
    for (const socket of this.#sockets.clients) socket.close(1001, 'the daemon ended');
    this.#sockets.close();
    const closed = new Promise((resolve) => this.#http.close(resolve));
    this.#http.closeIdleConnections();
    setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate();
      this.#http.closeAllConnections();
    }, 500).unref();
    await closed;
  }

  /** A socket whose last ping was not answered is dead, though the system may not know for minutes. */
  #ping(): void {
    for (const socket of this.#sockets.clients) {
      if (!this.#answered.delete(socket) || socket.bufferedAmount > HOPELESS_BYTES) socket.terminate();
      else socket.ping();
    }
  }
}

/** False when the port is not to be had; any free port is. */
async function listens(http: HttpServer, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (port !== 0 && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) resolve(false);
      else reject(error);
    };
    http.once('error', failed);
    http.listen({ host: '127.0.0.1', port }, () => {
      http.off('error', failed);
      resolve(true);
    });
  });
}

function refuse({ headers, url }: IncomingMessage): string | null {
  if (!isLoopbackHost(headers.host)) return `Host ${String(headers.host)}`;
  if (!isAllowedOrigin(headers.origin)) return `Origin ${String(headers.origin)}`;
  return url === RPC_PATH ? null : `path ${String(url)}`;
}
