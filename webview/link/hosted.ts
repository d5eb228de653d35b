import { webSocketTransport, type SocketLike } from '../../sidecar/protocol/transport.ts';
import type { HostToPage } from '../../sidecar/protocol/pageMessages.ts';
import type { Host } from '../host.ts';
import type { Connect } from './link.ts';

type MessageListener = (event: { data: unknown }) => void;
type CloseListener = (event: { code: number; reason: string }) => void;

/** The host's socket as the page sees it: frames in messages. */
class RelayedSocket implements SocketLike {
  readonly #host: Host;
  readonly #onMessage: MessageListener[] = [];
  readonly #onClose: CloseListener[] = [];

  constructor(host: Host) {
    this.#host = host;
  }

  send(text: string): void {
    this.#host.send({ kind: 'frame', text });
  }

  /** The socket is the host's: it ends when the host says so, or asks for the next one. */
  close(): void {
    this.end('closed here');
  }

  addEventListener(type: 'message', listener: MessageListener): void;
  addEventListener(type: 'close', listener: CloseListener): void;
  addEventListener(type: 'message' | 'close', listener: MessageListener & CloseListener): void {
    if (type === 'message') this.#onMessage.push(listener);
    else this.#onClose.push(listener);
  }

  receive(data: string): void {
    for (const listener of this.#onMessage) listener({ data });
  }

  end(reason: string): void {
    for (const listener of this.#onClose) listener({ code: 1000, reason });
  }
}

/**
 * Connections through the editor, which owns the socket and puts the token into `hello`.
 * `take` is to be given the host's messages about the link.
 */
export function linkThroughHost(host: Host): {
  connect: Connect;
  take: (message: Extract<HostToPage, { kind: 'opened' | 'closed' | 'frame' }>) => void;
} {
  let socket: RelayedSocket | null = null;
  let waiting: { opened: () => void; failed: (reason: Error) => void } | null = null;
  return {
    connect: () =>
      new Promise((resolve, reject) => {
        waiting = {
          opened: () => {
            socket = new RelayedSocket(host);
            resolve({ transport: webSocketTransport(socket), token: '' });
          },
          failed: reject,
        };
        host.send({ kind: 'connect' });
      }),
    take: (message) => {
      switch (message.kind) {
        case 'opened':
          waiting?.opened();
          waiting = null;
          return;
        case 'closed': {
          const ended = socket;
          socket = null;
          ended?.end(message.reason);
          waiting?.failed(new Error(message.reason));
          waiting = null;
          return;
        }
        case 'frame':
          socket?.receive(message.text);
      }
    },
  };
}
