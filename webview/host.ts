import { hostToPage, type HostToPage, type PageToHost } from '../sidecar/protocol/pageMessages.ts';

/** The editor around the page. */
export interface Host {
  send(message: PageToHost): void;
  /** Calls for every message that passes its schema; `onProblem` hears of the others. */
  listen(handler: (message: HostToPage) => void, onProblem: (problem: string) => void): void;
  /** What `writeState` was last given, also in an earlier life of the panel; not checked. */
  readState(): unknown;
  writeState(state: unknown): void;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** VS Code gives its API once; null in a browser. */
export const host: Host | null = openHost();

function openHost(): Host | null {
  const { acquireVsCodeApi } = globalThis as { acquireVsCodeApi?: () => VsCodeApi };
  if (acquireVsCodeApi === undefined) return null;
  const api = acquireVsCodeApi();
  return {
    send: (message) => {
      api.postMessage(message);
    },
    listen: (handler, onProblem) => {
      addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const message = hostToPage.safeParse(data);
        if (message.success) handler(message.data);
        else onProblem(`dropped an invalid message of the editor: ${message.error.message}`);
      });
    },
    readState: () => api.getState(),
    writeState: (state) => {
      api.setState(state);
    },
  };
}
