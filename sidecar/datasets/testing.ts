import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { afterAll } from 'vitest';

/** The worker as it is built. */
export const DECODER = pathToFileURL(resolve('dist/sidecar/imageWorker.js'));

/** A folder of this test file, removed at its end. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-data-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** An image of one colour, its kind by the ending. */
export async function writeImage(
  path: string,
  [red, green, blue]: readonly [number, number, number],
  { width = 8, height = 8 }: { width?: number; height?: number } = {},
): Promise<void> {
  const image = sharp({
    create: { width, height, channels: 3, background: { r: red, g: green, b: blue } },
  });
  write(path, await (path.endsWith('.png') ? image.png() : image.jpeg({ quality: 100 })).toBuffer());
}

/** `train` and `test` with `perClass` images of each class: red for the first class, green for the second. */
export async function writeImageFolder(folder: string, perClass = 3): Promise<void> {
  for (const split of ['train', 'test'])
    for (const [label, colour] of [
      ['apple', [255, 0, 0]],
      ['leaf', [0, 255, 0]],
    ] as const)
      for (let index = 0; index < perClass; index++)
        await writeImage(join(folder, split, label, `${index}.${index % 2 ? 'jpg' : 'png'}`), colour);
}

/** A server on this machine until the test file ends. @returns its address, with a slash */
export async function serveWith(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
