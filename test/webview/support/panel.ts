/**
 * The page as the editor hosts it, with the test in the editor's place: a strict policy, `acquireVsCodeApi`, no socket of
 * the page's own. Frames go through the test to the daemon, which gets its token from here.
 */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { pageToHost, type HostToPage, type PageToHost } from '../../../sidecar/protocol/pageMessages.ts';
import { listen, type Opened, type Served } from './openPage.ts';

const ORIGIN = 'http://panel.test';
const NONCE = 'bm9uY2U';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

const document = (lang: string): string => `<!doctype html>
<html lang="${lang}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${NONCE}'; style-src ${ORIGIN}; font-src ${ORIGIN}; img-src ${ORIGIN} data:" />
    <link rel="stylesheet" href="page.css" />
  </head>
  <body class="vscode-dark" data-vscode-theme-kind="vscode-dark">
    <div id="page"></div>
    <script type="module" nonce="${NONCE}" src="page.js"></script>
  </body>
</html>`;

export interface Panel extends Opened {
  /** Everything that the page said, frames aside. */
  readonly said: Exclude<PageToHost, { kind: 'frame' }>[];
  /** What `setState` was last given. */
  state(): unknown;
  post(message: HostToPage): Promise<void>;
  /** Cuts the connection to the daemon, as when it dies. */
  cut(): void;
}

export async function openPanel(
  browser: Browser,
  { port, token }: Served,
  {
    lang = 'en',
    state: kept = null,
    trusted = true,
  }: { lang?: string; state?: unknown; trusted?: boolean } = {},
): Promise<Panel> {
  const page: Page = await (await browser.newContext({ viewport: { width: 1280, height: 1000 } })).newPage();
  const complaints = listen(page);
  const said: Panel['said'] = [];
  let state: unknown = kept;
  let socket: WebSocket | null = null;

  const post = (message: HostToPage): Promise<void> =>
    page.evaluate(`postMessage(${JSON.stringify(message)})`);
  const tell = (message: HostToPage): void => {
    // The page may be gone already.
    post(message).catch(() => undefined);
  };
  const connect = (): void => {
    const opened = new WebSocket(`ws://127.0.0.1:${port}/rpc`);
    socket = opened;
    opened.on('open', () => {
      tell({ kind: 'opened' });
    });
    opened.on('message', (data) => {
      if (socket === opened) tell({ kind: 'frame', text: (data as Buffer).toString() });
    });
    opened.on('close', () => {
      tell({ kind: 'closed', reason: 'cut' });
    });
    opened.on('error', () => undefined);
  };
  const withToken = (text: string): string => {
    const frame = JSON.parse(text) as { method?: string; params?: object };
    return frame.method === 'hello'
      ? JSON.stringify({ ...frame, params: { ...frame.params, token, access: trusted ? 'full' : 'read' } })
      : text;
  };
  const take = (message: PageToHost): void => {
    if (message.kind === 'frame') {
      socket?.send(withToken(message.text));
      return;
    }
    said.push(message);
    if (message.kind === 'ready') tell({ kind: 'trust', trusted });
    if (message.kind === 'connect') connect();
  };

  await page.exposeFunction('toHost', (message: unknown) => {
    take(pageToHost.parse(message));
  });
  await page.exposeFunction('keepState', (value: unknown) => {
    state = value;
  });
  await page.addInitScript(`globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => void toHost(message),
    getState: () => (${JSON.stringify(kept)} ?? undefined),
    setState: (value) => void keepState(value),
  });`);
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: document(lang) });
    const type = TYPES[extname(pathname)];
    return type
      ? route.fulfill({ contentType: type, body: await readFile(join('dist/sidecar/webview', pathname)) })
      : route.fulfill({ status: 404 });
  });
  await page.goto(`${ORIGIN}/`);
  return { page, complaints, said, state: () => state, post, cut: () => socket?.close() };
}
