import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OfferedFile } from './downloads.ts';
import { downloadSet } from './downloadSet.ts';
import { ownFolder, serveWith } from './testing.ts';

const root = ownFolder();
const CONTENT = Buffer.from(
  Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) % 256),
);
const digest = (kind: string, bytes: Uint8Array) => createHash(kind).update(bytes).digest('hex');

/** What the server does with each request, in turn; at last it answers as it should. */
type Fault = 'cut' | 'whole' | 'wrong' | 'longer' | 'refuse' | 'slow';
let faults: Fault[] = [];
let asked: (string | undefined)[] = [];

const address = serveWith((request, response) => {
  const fault = faults.shift();
  const { range } = request.headers;
  asked.push(range);
  if (fault === 'refuse') {
    response.writeHead(503).end();
    return;
  }
  const from = fault === 'whole' || range === undefined ? 0 : Number(/\d+/u.exec(range)?.[0]);
  const sent = fault === 'wrong' ? Buffer.alloc(CONTENT.length) : CONTENT;
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': CONTENT.length - from + (fault === 'longer' ? 10 : 0),
  });
  if (fault === 'longer') {
    response.end(Buffer.concat([sent.subarray(from), Buffer.alloc(10)]));
  } else if (fault === 'cut' || fault === 'slow') {
    // A piece, and then nothing more.
    response.write(sent.subarray(from, from + 100_000), () => {
      if (fault === 'cut') setTimeout(() => request.socket.destroy(), 50);
    });
  } else response.end(sent.subarray(from));
});

const offered = async (name = 'data.bin'): Promise<OfferedFile> => ({
  url: `${await address}${name}`,
  bytes: CONTENT.length,
  md5: digest('md5', CONTENT),
  sha256: digest('sha256', CONTENT),
});

let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(root, `set-${count++}`);
  asked = [];
});
const partial = () => join(`${folder}.part`, 'data.bin.part');

describe('a download', () => {
  it('appears whole, under its name, and tells how far it is', async () => {
    const heard: number[] = [];
    await downloadSet([await offered()], folder, { onProgress: ({ done }) => heard.push(done) });
    expect(readFileSync(join(folder, 'data.bin')).equals(CONTENT)).toBe(true);
    expect(existsSync(`${folder}.part`)).toBe(false);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.at(-1)).toBe(CONTENT.length);
  });

  it('goes on by itself when the connection is cut', async () => {
    faults = ['cut', 'cut'];
    await downloadSet([await offered()], folder);
    expect(readFileSync(join(folder, 'data.bin')).equals(CONTENT)).toBe(true);
    expect(asked).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
  });

  it('goes on where an earlier try stopped, and anew where the server cannot', async () => {
    mkdirSync(`${folder}.part`, { recursive: true });
    writeFileSync(partial(), CONTENT.subarray(0, 1234));
    await downloadSet([await offered()], folder);
    expect(asked).toEqual(['bytes=1234-']);
    rmSync(folder, { recursive: true });
    mkdirSync(`${folder}.part`, { recursive: true });
    writeFileSync(partial(), Buffer.alloc(1234));
    faults = ['whole'];
    await downloadSet([await offered()], folder);
    expect(readFileSync(join(folder, 'data.bin')).equals(CONTENT)).toBe(true);
  });

  it('of wrong bytes is refused and removed', async () => {
    faults = ['wrong'];
    await expect(downloadSet([await offered()], folder)).rejects.toThrow(
      /data\.bin, is not what was published: its SHA-256 is/u,
    );
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(`${folder}.part`)).toEqual([]);
    faults = ['wrong'];
    const { url, bytes, md5 } = await offered();
    await expect(downloadSet([{ url, bytes, md5 }], folder)).rejects.toThrow(/its MD5 is/u);
    faults = ['longer'];
    await expect(downloadSet([await offered()], folder)).rejects.toThrow(/more than the 300000 bytes/u);
  });

  it('tells what the server said, and what the network did', async () => {
    faults = ['refuse'];
    await expect(downloadSet([await offered()], folder)).rejects.toThrow(/answered 503/u);
    const nowhere = { ...(await offered()), url: 'http://127.0.0.1:9/data.bin' };
    await expect(downloadSet([nowhere], folder)).rejects.toThrow(
      /cannot be downloaded: .*proxy: HTTPS_PROXY/su,
    );
  });

  it('can be cancelled, and keeps what it has', async () => {
    faults = ['slow'];
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => {
      if (done >= 100_000) controller.abort();
    };
    const downloading = downloadSet([await offered()], folder, { signal: controller.signal, onProgress });
    await expect(downloading).rejects.toThrow(/abort/u);
    expect(existsSync(folder)).toBe(false);
    expect(statSync(partial()).size).toBe(100_000);
    await downloadSet([await offered()], folder);
    expect(asked.at(-1)).toBe('bytes=100000-');
  });

  it.skipIf(!existsSync('/dev/full'))('says so when the disk is full', async () => {
    mkdirSync(`${folder}.part`, { recursive: true });
    // The kernel’s own full disk.
    symlinkSync('/dev/full', partial());
    await expect(downloadSet([await offered()], folder)).rejects.toThrow(
      /The disk of .*data\.bin\.part is full.*make room/su,
    );
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a download through a proxy', () => {
  const variables = ['HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy'] as const;
  const before = new Map(variables.map((name) => [name, process.env[name]]));
  afterEach(() => {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  });

  it('asks the proxy that the environment names', async () => {
    const tunnelled: (string | undefined)[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      tunnelled.push(request.url);
      const { port } = new URL(`http://${request.url ?? ''}`);
      const there = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        there.pipe(socket).pipe(there);
      });
      there.on('error', () => socket.destroy());
      socket.on('error', () => there.destroy());
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    for (const name of variables) Reflect.deleteProperty(process.env, name);
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const file = await offered();
    await downloadSet([file], folder);
    proxy.close();
    expect(tunnelled).toEqual([new URL(file.url).host]);
    expect(readFileSync(join(folder, 'data.bin')).equals(CONTENT)).toBe(true);
  });
});
