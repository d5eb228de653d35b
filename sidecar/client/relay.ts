/**
 * A socket to the daemon for a page that must not know the token: frames pass as they are, but for `hello`, which gets token
 * and access here.
 *
 * API: openRelay(runsFolder, access) → Transport.
 */
import { z } from 'zod';
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestParams } from '../protocol/messages.ts';
import { webSocketTransport, type Transport } from '../protocol/transport.ts';
import { readDiscovery } from './discoveryFile.ts';
import { openSocket } from './handshake.ts';
import { realFolder } from './stateFolder.ts';

type Access = NonNullable<RequestParams<'hello'>['access']>;

const helloFrame = z.looseObject({ method: z.literal('hello'), params: z.looseObject({}) });

/** @throws ProtocolError `disconnected` when no daemon serves the folder */
export async function openRelay(runsFolder: string, access: Access): Promise<Transport> {
  const folder = realFolder(runsFolder);
  const discovery = readDiscovery(folder)?.discovery;
  if (!discovery) throw new ProtocolError('disconnected', `No daemon serves ${folder}.`, 'Start one.');
  const transport = webSocketTransport(await openSocket(discovery.port));
  let greeted = false;
  return {
    ...transport,
    send: (text) => {
      transport.send(greeted ? text : withToken(text));
    },
  };

  /** The daemon answers nothing before `hello`, so the first frame is it, or is refused there. */
  function withToken(text: string): string {
    const frame = helloFrame.safeParse(parse(text));
    if (!frame.success) return text;
    greeted = true;
    return JSON.stringify({
      ...frame.data,
      params: { ...frame.data.params, token: discovery?.token, access },
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Passed on as it is: the daemon says what is wrong with it.
    return null;
  }
}
