import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CodeAction, CompletionItem, Diagnostic, Hover, TextEdit } from 'vscode-languageserver-types';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { chromiumPath, launchBrowser } from '../support/browser.ts';
import { RandomEdits } from '../support/randomEdits.ts';

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}
interface Published {
  readonly uri: string;
  readonly version: number;
  readonly diagnostics: Diagnostic[];
}

/** A language server at the other end of a channel that carries objects: an IPC pipe, or a worker's messages. */
class Peer {
  readonly #send: (message: object) => void;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<() => void>();
  /** Everything that the server published, in order. */
  readonly published: Published[] = [];
  #last = 0;

  constructor(send: (message: object) => void) {
    this.#send = send;
  }

  take(message: Message): void {
    if (message.method === 'textDocument/publishDiagnostics')
      this.published.push(message.params as Published);
    else if (message.method !== undefined && message.id !== undefined)
      // What the server asks of its client (registrations, refreshes) is agreed to.
      this.#send({ jsonrpc: '2.0', id: message.id, result: null });
    else if (typeof message.id === 'number') this.#waiting.get(message.id)?.(message);
    for (const listener of this.#listeners) listener();
  }

  notify(method: string, params: object): void {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  async request(method: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    const answered = new Promise<Message>((done) => this.#waiting.set(id, done));
    this.#send({ jsonrpc: '2.0', id, method, params });
    const { result, error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Diagnostics of a version, once they have come. */
  async diagnosticsOf(uri: string, version: number): Promise<Diagnostic[]> {
    for (;;) {
      const found = this.published.findLast((each) => each.uri === uri && each.version === version);
      if (found) return found.diagnostics;
      await new Promise<void>((done) => {
        const listener = (): void => {
          this.#listeners.delete(listener);
          done();
        };
        this.#listeners.add(listener);
      });
    }
  }

  async begin(): Promise<void> {
    await this.request('initialize', { processId: null, rootUri: null, capabilities: {} });
    this.notify('initialized', {});
  }
}

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function inProcess(): Promise<Peer> {
  const child = fork('dist/languageServer.cjs', ['--node-ipc'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const peer = new Peer((message) => child.send(message));
  child.on('message', (message) => {
    peer.take(message as Message);
  });
  ends.push(
    () =>
      new Promise((done) => {
        child.once('exit', done);
        child.kill();
      }),
  );
  return Promise.resolve(peer);
}

/** A page that can do nothing but start the worker. */
async function inWorker(): Promise<Peer> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/worker.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? readFileSync('dist/languageWorker.js') : '<!doctype html>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const browser = await launchBrowser(chromiumPath() ?? '');
  ends.push(
    () => browser.close(),
    () => new Promise((done) => server.close(done)),
  );
  const page = await browser.newPage();
  let peer: Peer | null = null;
  await page.exposeFunction('fromWorker', (message: Message) => {
    peer?.take(message);
  });
  await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
  await page.evaluate(`
    globalThis.worker = new Worker('/worker.js');
    worker.onmessage = ({ data }) => fromWorker(data);
  `);
  peer = new Peer((message) => {
    void page.evaluate(`worker.postMessage(${JSON.stringify(message)})`);
  });
  return peer;
}

const uri = 'file:///somewhere/a.distill.yaml';
const TEXT = `dataset: { name: synthetic }
models: { default: { name: mlp } }
method:
  name: dkel
  temprature: 4
training: { epochs: 2, batchSize: 64 }
`;

const REQUESTS = [
  ...['completion', 'hover', 'codeAction', 'documentSymbol', 'foldingRange', 'formatting'],
  ...['documentLink', 'inlayHint', 'prepareRename'],
];
/** The service itself is given far more, in its own room. */
const FUZZ_EDITS = Number(process.env['DISTILLERY_FUZZ_EDITS'] ?? 5_000) / 50;

describe.each([
  ['in a process of its own', inProcess, false],
  ['in a web worker', inWorker, true],
] as const)('the language server %s', (where, start, needsBrowser) => {
  const skipped = needsBrowser && chromiumPath() === null;

  it.skipIf(skipped)('checks, mends, completes and explains an experiment', async () => {
    const peer = await start();
    await peer.begin();
    peer.notify('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text: TEXT },
    });
    const diagnostics = await peer.diagnosticsOf(uri, 1);
    expect(diagnostics).toMatchObject([
      {
        code: 'unknownKey',
        range: { start: { line: 4, character: 2 }, end: { line: 4, character: 12 } },
      },
    ]);
    const textDocument = { uri };
    const range = diagnostics[0]?.range;
    const actions = (await peer.request('textDocument/codeAction', {
      textDocument,
      range,
      context: { diagnostics },
    })) as CodeAction[];
    const edits = actions.find(({ isPreferred }) => isPreferred)?.edit?.changes?.[uri] ?? [];
    expect(TextDocument.applyEdits(TextDocument.create(uri, 'yaml', 1, TEXT), edits)).toBe(
      TEXT.replace('temprature', 'temperature'),
    );
    const hover = (await peer.request('textDocument/hover', {
      textDocument,
      position: { line: 5, character: 13 },
    })) as Hover;
    expect(JSON.stringify(hover.contents)).toMatch(/300/u);
    const items = (await peer.request('textDocument/completion', {
      textDocument,
      position: { line: 3, character: 8 },
    })) as CompletionItem[];
    expect(items.map(({ label }) => label)).toEqual(expect.arrayContaining(['dkel', 'vanilla']));
    const formatted = (await peer.request('textDocument/formatting', {
      textDocument,
      options: { tabSize: 2, insertSpaces: true },
    })) as TextEdit[];
    expect(Array.isArray(formatted)).toBe(true);
  });

  it.skipIf(skipped)(
    'never answers for an older text after a newer one, however fast one types',
    async () => {
      const peer = await start();
      await peer.begin();
      peer.notify('textDocument/didOpen', {
        textDocument: { uri, languageId: 'yaml', version: 1, text: TEXT },
      });
      const last = 30;
      const isBroken = (version: number): boolean => version % 3 === 1;
      for (let version = 2; version <= last; version++)
        peer.notify('textDocument/didChange', {
          textDocument: { uri, version },
          contentChanges: [{ text: isBroken(version) ? TEXT : TEXT.replace('temprature', 'temperature') }],
        });
      await peer.diagnosticsOf(uri, last);
      // How many there were in between is the machine's business; none is late, and each is of its own text.
      const versions = peer.published.map(({ version }) => version);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      expect(versions.at(-1)).toBe(last);
      for (const { version, diagnostics } of peer.published)
        expect(diagnostics.some(({ code }) => code === 'unknownKey')).toBe(isBroken(version));
    },
  );

  it.skipIf(skipped)('lives through random edits, and answers every request about each', async () => {
    const peer = await start();
    await peer.begin();
    const edits = new RandomEdits();
    peer.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 0, text: '' } });
    let slowest = 0;
    for (let version = 1; version <= FUZZ_EDITS; version++) {
      const text = edits.next();
      peer.notify('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
      const document = TextDocument.create(uri, 'yaml', version, text);
      const about = {
        textDocument: { uri },
        position: document.positionAt(edits.below(text.length + 1)),
        range: { start: { line: 0, character: 0 }, end: document.positionAt(text.length) },
        options: { tabSize: 2, insertSpaces: true },
        context: { diagnostics: [] },
      };
      for (const request of REQUESTS) {
        const began = performance.now();
        await peer.request(`textDocument/${request}`, about);
        slowest = Math.max(slowest, performance.now() - began);
      }
    }
    console.log(`${FUZZ_EDITS * REQUESTS.length} requests ${where}, the slowest ${slowest.toFixed(0)} ms`);
    await peer.diagnosticsOf(uri, FUZZ_EDITS);
  });

  it.skipIf(skipped)(
    'says what is wrong with surroundings that it does not understand, and lives on',
    async () => {
      const peer = await start();
      await peer.begin();
      peer.notify('distillery/surroundings', { runs: 'none' });
      peer.notify('textDocument/didOpen', {
        textDocument: { uri, languageId: 'yaml', version: 1, text: TEXT },
      });
      expect((await peer.diagnosticsOf(uri, 1)).map(({ code }) => code)).toContain('unknownKey');
    },
  );
});
