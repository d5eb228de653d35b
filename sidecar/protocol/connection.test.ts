import 'vscode-jsonrpc/node';
import { describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { ProtocolError } from './errors.ts';
import { serve, type Handlers, type ServerEnd } from './serve.ts';
import { linkedTransports, type Transport } from './transport.ts';

interface Link {
  client: Connection;
  server: ServerEnd;
  ends: [Transport, Transport];
  clientProblems: string[];
  serverProblems: string[];
}

/** Handlers that a test leaves out are not asked by it. */
function link(handlers: Partial<Handlers>): Link {
  const ends = linkedTransports();
  const clientProblems: string[] = [];
  const serverProblems: string[] = [];
  const server = serve(ends[0], handlers as Handlers, (problem) => serverProblems.push(problem));
  const client = new Connection(ends[1], { onProblem: (problem) => clientProblems.push(problem) });
  return { client, server, ends, clientProblems, serverProblems };
}

const points = { steps: [1, 2, 3], walls: [1, 2, 3], values: [NaN, Infinity, -Infinity] };

describe('a request', () => {
  it('is answered, non-finite numbers and all', async () => {
    const { client } = link({ 'series/range': () => ({ series: { 'train/loss': points }, complete: true }) });
    const params = { run: 'r', tags: ['train/loss'], fromStep: 0, toStep: 9, maxPoints: 10 };
    expect((await client.request('series/range', params)).series['train/loss']).toEqual(points);
  });

  it('gets typed errors with the next step, also from what was not foreseen', async () => {
    const { client, serverProblems } = link({
      'runs/stop': () => {
        throw new ProtocolError('run-not-found', 'There is no run r.', 'List the runs.');
      },
      'runs/pause': () => {
        throw new Error('disk on fire');
      },
    });
    await expect(client.request('runs/stop', { run: 'r' })).rejects.toMatchObject({
      code: 'run-not-found',
      message: 'There is no run r.',
      next: 'List the runs.',
    });
    await expect(client.request('runs/pause', { run: 'r' })).rejects.toMatchObject({
      code: 'internal',
      message: 'disk on fire',
    });
    expect(serverProblems.join()).toContain('disk on fire');
  });

  it('ends at its deadline and tells the other side', async () => {
    let aborted = false;
    const { client } = link({
      'runs/checkpoint': (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve({});
          });
        }),
    });
    await expect(client.request('runs/checkpoint', { run: 'r' }, { deadlineMs: 20 })).rejects.toMatchObject({
      code: 'timeout',
    });
    await expect.poll(() => aborted).toBe(true);
  });

  it('can be cancelled before and after it is dispatched', async () => {
    const reasons: string[] = [];
    const { client } = link({
      'runs/checkpoint': async (_, signal) => {
        reasons.push(signal.aborted ? 'already' : 'not yet');
        if (!signal.aborted)
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
        return {};
      },
    });
    const early = AbortSignal.abort();
    await expect(client.request('runs/checkpoint', { run: 'r' }, { signal: early })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const controller = new AbortController();
    const late = client.request('runs/checkpoint', { run: 'r' }, { signal: controller.signal });
    await expect.poll(() => reasons).toContain('not yet');
    controller.abort();
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends when the connection does, and none can be made afterwards', async () => {
    const { client, server } = link({ 'runs/checkpoint': () => new Promise(() => undefined) });
    const pending = client.request('runs/checkpoint', { run: 'r' });
    server.close();
    await expect(pending).rejects.toMatchObject({ code: 'disconnected' });
    await expect(client.request('runs/list', {})).rejects.toMatchObject({ code: 'disconnected' });
    expect(await client.closed).toBe('closed');
  });

  it('is refused at either end when it does not fit its schema', async () => {
    const { client, ends } = link({});
    await expect(client.request('runs/stop', { run: '../etc' })).rejects.toMatchObject({
      code: 'invalid-message',
    });
    const answers: string[] = [];
    ends[1].onMessage((text) => answers.push(text));
    ends[1].send('{"jsonrpc":"2.0","id":1,"method":"runs/stop","params":{"run":"../etc"}}');
    ends[1].send('{"jsonrpc":"2.0","id":2,"method":"runs/explode","params":{}}');
    await expect.poll(() => answers.length).toBe(2);
    expect(answers.join()).toContain('invalid-message');
    expect(answers.join()).toContain('unknown-method');
  });

  it('rejects an answer that does not fit', async () => {
    const { client, ends, clientProblems } = link({});
    ends[0].onMessage((text) => {
      const { id } = JSON.parse(text) as { id: number };
      ends[0].send(JSON.stringify({ jsonrpc: '2.0', id, result: { how: 'somehow' } }));
    });
    await expect(client.request('runs/resume', { run: 'r' })).rejects.toMatchObject({
      code: 'invalid-message',
    });
    expect(clientProblems).toHaveLength(1);
  });
});

describe('a notification', () => {
  it('reaches whoever listens, until they stop', async () => {
    const { client, server } = link({});
    const heard: string[] = [];
    const stop = client.on('runs/removed', ({ run }) => heard.push(run));
    server.notify('runs/removed', { run: 'a' });
    await expect.poll(() => heard).toEqual(['a']);
    stop();
    server.notify('runs/removed', { run: 'b' });
    await client.request('runs/list', {}).catch(() => undefined);
    expect(heard).toEqual(['a']);
  });

  it('that is wrong is reported, counted and dropped; the next one still comes', async () => {
    const { client, server, ends, clientProblems } = link({});
    const heard: unknown[] = [];
    client.on('series/append', (params) => heard.push(params));
    const wrong = [
      'not json',
      '[]',
      '{"jsonrpc":"2.0","method":"runs/exploded","params":{}}',
      '{"jsonrpc":"2.0","method":"series/append","params":{"subscription":1,"run":"r","update":{"kind":"increment"}}}',
      '{"jsonrpc":"2.0","method":"series/append","params":{"subscription":1,"run":"r","update":{"kind":"snapshot","to":1,"series":{"a":{"steps":[1],"walls":[1],"values":[null]}},"seams":[],"complete":true}}}',
    ];
    for (const text of wrong) ends[0].send(text);
    const update = {
      kind: 'increment' as const,
      from: 0,
      to: 9,
      series: { a: points },
      seams: [],
      cancelledFrom: null,
    };
    server.notify('series/append', { subscription: 1, run: 'r', update });
    await expect.poll(() => heard).toEqual([{ subscription: 1, run: 'r', update }]);
    expect(clientProblems).toHaveLength(wrong.length);
    expect(client.droppedMessages).toBe(wrong.length);
  });
});
