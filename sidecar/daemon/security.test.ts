import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { shakeHands } from '../client/handshake.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { identity, workbench } from './testing/workbench.ts';

const bench = workbench();
let port = 0;
let token = '';
let folder = '';

beforeAll(async () => {
  folder = bench.runsFolder();
  const webview = join(bench.root, 'webview');
  mkdirSync(webview);
  writeFileSync(join(webview, 'index.html'), '<!doctype html><title>Distillery</title>');
  writeFileSync(join(webview, 'page.js'), 'void 0;');
  writeFileSync(join(bench.root, 'secret.json'), '{}');
  symlinkSync(join(bench.root, 'secret.json'), join(webview, 'link.json'));
  await bench.client(folder, ['--webview', webview]).whenConnected();
  ({ port, token } = bench.discovery(folder));
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Not fetch: that forbids to set the Host header. */
function get(path: string, { host = `127.0.0.1:${port}`, method = 'GET' } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    asked.on('error', reject).end();
  });
}

/** What becomes of a socket: the status that refuses it, or the code with which it is closed. */
function open(
  headers: Record<string, string>,
  path = '/rpc',
  onOpen?: (socket: WebSocket) => void,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    socket.on('unexpected-response', (_, response) => {
      resolve(`refused ${String(response.statusCode)}`);
    });
    socket.on('open', () => {
      if (onOpen === undefined) {
        resolve('open');
        socket.close();
      } else onOpen(socket);
    });
    socket.on('close', (code) => {
      resolve(`closed ${code}`);
    });
    socket.on('error', () => undefined);
  });
}

const helloWith = (secret: string, major = PROTOCOL_VERSION.major): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'hello',
    params: { token: secret, protocol: { major, minor: 0 }, client: identity },
  });

describe('a socket', () => {
  it('is opened for programs and for pages from loopback, whatever their port', async () => {
    expect(await open({})).toBe('open');
    expect(await open({ origin: `http://127.0.0.1:${port}` })).toBe('open');
    expect(await open({ origin: 'http://localhost:4000', host: 'localhost:4000' })).toBe('open');
  });

  it('is refused for other origins, other hosts and other paths', async () => {
    expect(await open({ origin: 'https://example.org' })).toBe('refused 403');
    expect(await open({ origin: 'null' })).toBe('refused 403');
    expect(await open({ origin: 'vscode-webview://x' })).toBe('refused 403');
    expect(await open({ host: 'rebound.example.org' })).toBe('refused 403');
    expect(await open({}, '/')).toBe('refused 403');
  });

  it('is closed after a wrong token, however long, and learns nothing', async () => {
    for (const wrong of ['', 'x', `${token.slice(0, -1)}!`, `${token}x`, 'y'.repeat(100_000)]) {
      const heard: string[] = [];
      const end = await open({}, '/rpc', (socket) => {
        socket.on('message', (data: Buffer) => heard.push(data.toString()));
        socket.send(helloWith(wrong));
      });
      expect(end).toBe('closed 1008');
      expect(heard).toHaveLength(1);
      expect(heard[0]).toContain('unauthorized');
      expect(heard[0]).not.toContain(folder);
    }
  });

  it('is closed when it asks anything before hello', async () => {
    const heard: string[] = [];
    const end = await open({}, '/rpc', (socket) => {
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
      socket.send('{"jsonrpc":"2.0","id":1,"method":"runs/list","params":{}}');
    });
    expect(end).toBe('closed 1008');
    expect(heard.join()).toContain('unauthorized');
  });

  it('is closed when it says nothing', async () => {
    expect(await open({}, '/rpc', () => undefined)).toBe('closed 1008');
  });

  it('is closed by an oversized frame and by a binary one, and the daemon lives on', async () => {
    expect(
      await open({}, '/rpc', (socket) => {
        socket.send('x'.repeat(5 << 20));
      }),
    ).toBe('closed 1009');
    expect(
      await open({}, '/rpc', (socket) => {
        socket.send(Buffer.from([1, 2, 3]));
      }),
    ).toMatch(/^closed/);
    const { connection } = await shakeHands(bench.discovery(folder), identity);
    expect((await connection.request('runs/list', {})).runs).toEqual([]);
    connection.close();
  });

  it('of another major version is told so, once it has shown the token', async () => {
    const heard: string[] = [];
    await open({}, '/rpc', (socket) => {
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
      socket.send(helloWith(token, PROTOCOL_VERSION.major + 1));
    });
    expect(heard.join()).toContain('incompatible-version');
  });

  it('cannot name a run outside the folder', async () => {
    const { connection } = await shakeHands(bench.discovery(folder), identity);
    for (const run of ['..', '../x', '/etc', '.trash', 'a/b', 'a\\b']) {
      await expect(connection.request('runs/show', { run })).rejects.toMatchObject({
        code: 'invalid-message',
      });
    }
    await expect(connection.request('runs/show', { run: 'nothing' })).rejects.toMatchObject({
      code: 'run-not-found',
    });
    connection.close();
  });
});

describe('the page', () => {
  it('is served to loopback names only, under a strict policy', async () => {
    const page = await get('/', { host: 'localhost:9999' });
    expect(page.status).toBe(200);
    expect(page.body).toContain('Distillery');
    expect(page.body).not.toContain(token);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain('ws://localhost:9999');
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect((await get('/page.js')).headers['content-type']).toContain('text/javascript');
    expect((await get('/', { host: 'rebound.example.org' })).status).toBe(403);
  });

  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/link.json',
    '/none.js',
    '/page.js%00.html',
    '/%E0',
  ])('is nothing else: %s', async (path) => {
    expect((await get(path)).status).toBeGreaterThanOrEqual(400);
  });

  it('only answers GET', async () => {
    expect((await get('/', { method: 'POST' })).status).toBe(405);
  });
});
