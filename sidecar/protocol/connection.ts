/**
 * The client's end, for Node and browsers: typed requests with deadline and cancellation, typed notifications. What
 * arrives is checked; what fails the check is reported, counted and dropped.
 *
 * API: new Connection(transport), request, on, closed, droppedMessages, close.
 */
import { CancellationTokenSource, ParameterStructures, type MessageConnection } from 'vscode-jsonrpc';
import { z } from 'zod';
import { ProtocolError } from './errors.ts';
import {
  isNotificationMethod,
  notifications,
  schemasOf,
  type NotificationMethod,
  type NotificationParams,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
} from './messages.ts';
import { fromResponseError, openRpc, type ProblemHandler } from './rpc.ts';
import type { Transport } from './transport.ts';

const DEFAULT_DEADLINE_MS = 30_000;

export interface RequestOptions {
  /** Milliseconds to wait for the answer, 30,000 unless told. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

type Listener = (params: unknown) => void;

export class Connection {
  /** Resolves with the reason when the other end is gone. */
  readonly closed: Promise<string>;
  readonly #rpc: MessageConnection;
  readonly #transport: Transport;
  readonly #onProblem: ProblemHandler;
  readonly #listeners = new Map<NotificationMethod, Set<Listener>>();
  /** Ends each waiting request; emptied when the other end is gone. */
  readonly #waiting = new Set<(error: ProtocolError) => void>();
  #goneBecause: string | null = null;
  #dropped = 0;

  constructor(transport: Transport, { onProblem = () => undefined }: { onProblem?: ProblemHandler } = {}) {
    this.#transport = transport;
    this.#onProblem = (problem) => {
      this.#dropped++;
      onProblem(problem);
    };
    let resolveClosed: (reason: string) => void = () => undefined;
    this.closed = new Promise((resolve) => {
      resolveClosed = resolve;
    });
    this.#rpc = openRpc(transport, this.#onProblem, (reason) => {
      this.#goneBecause = reason;
      for (const end of this.#waiting) end(disconnected(reason));
      resolveClosed(reason);
    });
    this.#rpc.onNotification((method, params) => {
      this.#receive(method, params);
    });
    this.#rpc.listen();
  }

  /** Messages that had to be dropped so far. */
  get droppedMessages(): number {
    return this.#dropped;
  }

  /** @throws ProtocolError: what the daemon answered, or `timeout`, `cancelled`, `disconnected`, `invalid-message`. */
  async request<M extends RequestMethod>(
    method: M,
    params: RequestParams<M>,
    { deadlineMs = DEFAULT_DEADLINE_MS, signal }: RequestOptions = {},
  ): Promise<RequestResult<M>> {
    const schemas = schemasOf(method);
    const encoded = z.safeEncode(schemas.params, params);
    if (!encoded.success) throw invalid(`The parameters of ${method}`, encoded.error);
    const answer = await this.#send(method, encoded.data, deadlineMs, signal);
    const result = schemas.result.safeParse(answer);
    if (result.success) return result.data;
    this.#onProblem(`dropped an invalid answer to ${method}: ${z.prettifyError(result.error)}`);
    throw invalid(`The answer to ${method}`, result.error);
  }

  /** Calls `handler` for every notification of a kind; returns how to stop that. */
  on<N extends NotificationMethod>(method: N, handler: (params: NotificationParams<N>) => void): () => void {
    const listeners = this.#listeners.get(method) ?? new Set();
    this.#listeners.set(method, listeners);
    // Sound: only what has passed the schema of `method` is given to its listeners.
    const listener = handler as Listener;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  close(): void {
    this.#transport.close();
  }

  async #send(
    method: RequestMethod,
    params: unknown,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    if (this.#goneBecause !== null) throw disconnected(this.#goneBecause);
    const cancellation = new CancellationTokenSource();
    let giveUp: (error: ProtocolError) => void = () => undefined;
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const cancel = (error: ProtocolError): void => {
      cancellation.cancel();
      giveUp(error);
    };
    const onAbort = (): void => {
      cancel(new ProtocolError('cancelled', `${method} was cancelled.`, 'Ask again if you want the answer.'));
    };
    const timer = setTimeout(() => {
      const message = `No answer to ${method} within ${deadlineMs / 1000} s.`;
      cancel(
        new ProtocolError(
          'timeout',
          message,
          "Try again; if it stays like this, look into the daemon's log.",
        ),
      );
    }, deadlineMs);
    this.#waiting.add(giveUp);
    try {
      if (signal?.aborted === true) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      const answer = this.#rpc.sendRequest<unknown>(
        method,
        ParameterStructures.byName,
        params,
        cancellation.token,
      );
      return await Promise.race([answer.catch(rethrow), givenUp]);
    } finally {
      this.#waiting.delete(giveUp);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      cancellation.dispose();
    }
  }

  #receive(method: string, params: unknown): void {
    if (!isNotificationMethod(method)) {
      this.#onProblem(`dropped the unknown notification ${method}`);
      return;
    }
    const parsed = notifications[method].safeParse(params);
    if (!parsed.success) {
      this.#onProblem(`dropped an invalid ${method}: ${z.prettifyError(parsed.error)}`);
      return;
    }
    for (const listener of this.#listeners.get(method) ?? []) listener(parsed.data);
  }
}

function disconnected(reason: string): ProtocolError {
  return new ProtocolError('disconnected', `The connection ended: ${reason}.`, 'Connect again.');
}

function rethrow(error: unknown): never {
  throw fromResponseError(error);
}

function invalid(what: string, error: z.ZodError): ProtocolError {
  const next = 'One of the two programs is wrong or too old: update both.';
  return new ProtocolError('invalid-message', `${what} are invalid: ${z.prettifyError(error)}`, next, error);
}
