/**
 * The daemon's end: one handler for every method, always an answer, everything checked both ways.
 *
 * API: serve(transport, handlers, options) → notify, closed, close.
 */
import { z } from 'zod';
import { ProtocolError, toProtocolError } from './errors.ts';
import {
  isRequestMethod,
  notificationSchema,
  schemasOf,
  type NotificationMethod,
  type NotificationParams,
  type RequestMethod,
  type RequestParams,
  type RequestResult,
} from './messages.ts';
import { openRpc, toResponseError, type ProblemHandler } from './rpc.ts';
import type { Transport } from './transport.ts';

export type Handlers = {
  [M in RequestMethod]: (
    params: RequestParams<M>,
    signal: AbortSignal,
  ) => RequestResult<M> | Promise<RequestResult<M>>;
};

export interface ServerEnd {
  notify<N extends NotificationMethod>(method: N, params: NotificationParams<N>): void;
  /** Resolves with the reason when the client is gone. */
  closed: Promise<string>;
  close(): void;
}

export function serve(transport: Transport, handlers: Handlers, onProblem: ProblemHandler): ServerEnd {
  const gone = new AbortController();
  let resolveClosed: (reason: string) => void = () => undefined;
  const closed = new Promise<string>((resolve) => {
    resolveClosed = resolve;
  });
  const connection = openRpc(transport, onProblem, (reason) => {
    gone.abort();
    resolveClosed(reason);
  });
  connection.onRequest(async (method, params, token) => {
    const cancelled = new AbortController();
    // A request that was cancelled before it was dispatched has a token whose event never fires.
    if (token.isCancellationRequested) cancelled.abort();
    const listening = token.onCancellationRequested(() => {
      cancelled.abort();
    });
    try {
      if (!isRequestMethod(method)) {
        throw new ProtocolError(
          'unknown-method',
          `There is no ${method}.`,
          'Update the older of the two programs.',
        );
      }
      return await answer(handlers, method, params, AbortSignal.any([cancelled.signal, gone.signal]));
    } catch (error) {
      const known = toProtocolError(error);
      if (known.code === 'internal') onProblem(`${method} failed: ${stackOf(known.cause ?? known)}`);
      return toResponseError(known);
    } finally {
      listening.dispose();
    }
  });
  connection.listen();
  return {
    notify: (method, params) => {
      if (gone.signal.aborted) return;
      connection
        .sendNotification(method, z.encode(notificationSchema(method), params))
        .catch((error: unknown) => {
          // The client learns what it missed when it connects again.
          if (!gone.signal.aborted) onProblem(`${method} could not be sent: ${stackOf(error)}`);
        });
    },
    closed,
    close: () => {
      transport.close();
    },
  };
}

async function answer<M extends RequestMethod>(
  handlers: Pick<Handlers, M>,
  method: M,
  rawParams: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const schemas = schemasOf(method);
  const params = schemas.params.safeParse(rawParams ?? {});
  if (!params.success) {
    throw new ProtocolError(
      'invalid-message',
      `The parameters of ${method} are invalid: ${z.prettifyError(params.error)}`,
      'Update the older of the two programs.',
    );
  }
  const result = await handlers[method](params.data, signal);
  return z.encode(schemas.result, result);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
