/**
 * JSON-RPC 2.0 over a transport, by vscode-jsonrpc. The process's entry imports `vscode-jsonrpc/node` or
 * `vscode-jsonrpc/browser` once, which gives the library its timers.
 *
 * API: openRpc(transport, onProblem, onClose), toResponseError, fromResponseError.
 */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  ErrorCodes,
  Message,
  ResponseError,
  type DataCallback,
  type Disposable,
  type MessageConnection,
} from 'vscode-jsonrpc';
import { errorDataSchema, ProtocolError } from './errors.ts';
import type { Transport } from './transport.ts';

/** A message that was dropped, or another fault of the peer. */
export type ProblemHandler = (problem: string) => void;

class TransportReader extends AbstractMessageReader {
  readonly #transport: Transport;
  readonly #onProblem: ProblemHandler;

  constructor(transport: Transport, onProblem: ProblemHandler) {
    super();
    this.#transport = transport;
    this.#onProblem = onProblem;
  }

  override listen(callback: DataCallback): Disposable {
    this.#transport.onMessage((text) => {
      const message = parse(text);
      if (message === null) this.#onProblem(`dropped a frame that is no JSON-RPC message: ${excerpt(text)}`);
      else callback(message);
    });
    return { dispose: () => undefined };
  }
}

class TransportWriter extends AbstractMessageWriter {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    super();
    this.#transport = transport;
  }

  /** A dead transport rejects, so that nobody waits for an answer to what was never sent. */
  write(message: Message): Promise<void> {
    try {
      this.#transport.send(JSON.stringify(message));
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  end(): void {
    this.#transport.close();
  }
}

function parse(text: string): Message | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Reported by the caller, with an excerpt.
    return null;
  }
  const candidate = json as Message;
  const isMessage =
    typeof json === 'object' &&
    json !== null &&
    (Message.isRequest(candidate) || Message.isNotification(candidate) || Message.isResponse(candidate));
  return isMessage ? candidate : null;
}

function excerpt(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

/** `onClose` hears why the transport ended. Call `listen()` when the handlers are set. */
export function openRpc(
  transport: Transport,
  onProblem: ProblemHandler,
  onClose: (reason: string) => void,
): MessageConnection {
  const connection = createMessageConnection(
    new TransportReader(transport, onProblem),
    new TransportWriter(transport),
    { error: onProblem, warn: onProblem, info: () => undefined, log: () => undefined },
  );
  connection.onError(([error]) => {
    onProblem(error.message);
  });
  connection.onUnhandledNotification(({ method }) => {
    onProblem(`dropped the unknown notification ${method}`);
  });
  transport.onClose((reason) => {
    // First, so that pending requests end with this reason and not with the library's.
    onClose(reason);
    connection.dispose();
  });
  return connection;
}

/** JSON-RPC reserves −32000 to −32099 for the application; which of our errors it is stands in `data.code`. */
const APPLICATION_ERROR = -32_000;

export function toResponseError({ code, message, next }: ProtocolError): ResponseError<unknown> {
  return new ResponseError<unknown>(APPLICATION_ERROR, message, { code, next });
}

/** What a peer's answer means, whoever wrote it. */
export function fromResponseError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ResponseError) {
    const data = errorDataSchema.safeParse(error.data);
    if (data.success) return new ProtocolError(data.data.code, message, data.data.next, error);
    if (error.code === ErrorCodes.MethodNotFound) {
      return new ProtocolError('unknown-method', message, 'Update the older of the two programs.', error);
    }
  }
  return new ProtocolError('internal', message, "Look into the daemon's log.", error);
}
