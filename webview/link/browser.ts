import { webSocketTransport } from '../../sidecar/protocol/transport.ts';
import type { Connect } from './link.ts';

/** The token comes in the address's fragment, which browsers never send; kept for reloads of this tab only. */
function token(): string {
  const fragment = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fragment !== null) {
    sessionStorage.setItem('token', fragment);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem('token') ?? '';
}

/** A WebSocket to the daemon that served this page. */
export const connectInBrowser: Connect = () =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`);
    socket.addEventListener('open', () => {
      resolve({ transport: webSocketTransport(socket), token: token() });
    });
    socket.addEventListener('error', () => {
      reject(new Error('the daemon does not answer'));
    });
  });
