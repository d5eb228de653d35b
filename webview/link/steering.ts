import { computed, signal } from '@preact/signals';
import { toProtocolError } from '../../sidecar/protocol/errors.ts';
import type { RequestMethod, RequestParams, RequestResult } from '../../sidecar/protocol/messages.ts';
import { connection, isConnected } from './link.ts';

/** Whether the editor trusts this folder; a browser's page has the token, which is trust enough. */
export const isTrusted = signal(true);
/** The daemon has answered that this page may only look. */
const isReadOnly = signal(false);
/** Whether runs may be steered from here at all. */
export const maySteer = computed(() => isTrusted.value && !isReadOnly.value);
export const canSteer = computed(() => maySteer.value && isConnected.value);
/** What became of the last request that failed; null when none did. */
export const failure = signal<string | null>(null);

/** Asks for a change; what is refused is shown in the header. Resolves with null then. */
export async function steer<M extends RequestMethod>(
  method: M,
  params: RequestParams<M>,
): Promise<RequestResult<M> | null> {
  failure.value = null;
  try {
    return (await connection.value?.request(method, params)) ?? null;
  } catch (error) {
    const { code, message, next } = toProtocolError(error);
    if (code === 'read-only') isReadOnly.value = true;
    else failure.value = `${message} ${next}`;
    return null;
  }
}

/** Asks for what an older daemon may not know; null then. Other failures are thrown. */
export async function askIfKnown<M extends RequestMethod>(
  method: M,
  params: RequestParams<M>,
): Promise<RequestResult<M> | null> {
  try {
    return (await connection.value?.request(method, params)) ?? null;
  } catch (error) {
    const known = toProtocolError(error);
    if (known.code === 'unknown-method' || known.code === 'disconnected') return null;
    throw known;
  }
}
