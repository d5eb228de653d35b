/**
 * Something that carries text frames in order: a WebSocket, or a message port between a page and its host.
 *
 * API: Transport, webSocketTransport(socket), linkedTransports().
 */

export interface Transport {
  send(text: string): void;
  close(): void;
  /** One handler each; frames that come before it is set are kept. */
  onMessage(handler: (text: string) => void): void;
  /** Called once, with the reason as far as it is known. */
  onClose(handler: (reason: string) => void): void;
}

/** What a browser's WebSocket and Node's `ws` have in common. */
export interface SocketLike {
  send(text: string): void;
  close(): void;
  /** Where there is one, it does not wait for the other end to agree. */
  terminate?(): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** An open socket as a transport. Binary frames are not part of the protocol and close it. */
export function webSocketTransport(socket: SocketLike): Transport {
  const inbox = new Inbox();
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') inbox.message(data);
    else socket.close();
  });
  socket.addEventListener('close', ({ code, reason }) => {
    inbox.close(reason === '' ? `socket closed (${code})` : reason);
  });
  return {
    send: (text) => {
      socket.send(text);
    },
    close: () => {
      socket.close();
      // A peer that hangs would keep us waiting for its half of the closing.
      socket.terminate?.();
      inbox.close('closed here');
    },
    onMessage: (handler) => {
      inbox.onMessage(handler);
    },
    onClose: (handler) => {
      inbox.onClose(handler);
    },
  };
}

/** Two ends within one process. */
export function linkedTransports(): [Transport, Transport] {
  const inboxes = [new Inbox(), new Inbox()] as const;
  const close = (): void => {
    for (const inbox of inboxes) inbox.close('closed');
  };
  const end = (own: Inbox, other: Inbox): Transport => ({
    send: (text) => {
      queueMicrotask(() => {
        other.message(text);
      });
    },
    close,
    onMessage: (handler) => {
      own.onMessage(handler);
    },
    onClose: (handler) => {
      own.onClose(handler);
    },
  });
  return [end(inboxes[0], inboxes[1]), end(inboxes[1], inboxes[0])];
}

/** Keeps what arrives before somebody listens. */
class Inbox {
  #early: string[] = [];
  #closed: string | null = null;
  #messageHandler: ((text: string) => void) | null = null;
  #closeHandler: ((reason: string) => void) | null = null;

  message(text: string): void {
    if (this.#closed !== null) return;
    if (this.#messageHandler === null) this.#early.push(text);
    else this.#messageHandler(text);
  }

  close(reason: string): void {
    if (this.#closed !== null) return;
    this.#closed = reason;
    this.#closeHandler?.(reason);
  }

  onMessage(handler: (text: string) => void): void {
    this.#messageHandler = handler;
    for (const text of this.#early.splice(0)) handler(text);
  }

  onClose(handler: (reason: string) => void): void {
    this.#closeHandler = handler;
    if (this.#closed !== null) handler(this.#closed);
  }
}
