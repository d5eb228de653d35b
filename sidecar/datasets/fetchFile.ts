import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { systemErrorCode } from '../store/errors.ts';
import type { OfferedFile } from './downloads.ts';
import { DataFault } from './fault.ts';

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Bytes of the file that are there. */
  readonly onBytes?: (done: number) => void;
}

/** A connection that is cut so often without a byte in between is not tried again. */
const ATTEMPTS = 4;
const PAUSE_MS = 500;
/** A server that sends nothing for so long has gone away. */
const SILENCE_MS = 60_000;

/** Through HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as they are set. */
const dispatcher = () => new EnvHttpProxyAgent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });

/**
 * Downloads a file: what an earlier try has left in `<target>.part` is continued, and the file appears under its name only with
 * the published length and digest.
 * @throws DataFault that says what is wrong and what to do; the signal's reason when it is aborted
 */
export async function fetchFile(
  file: OfferedFile,
  target: string,
  { signal, onBytes = () => undefined }: FetchOptions = {},
): Promise<void> {
  const part = `${target}.part`;
  const proxy = dispatcher();
  try {
    for (let failures = 0; ;) {
      const before = await sizeOf(part);
      try {
        await transfer(file, part, before, { ...(signal ? { signal } : {}), onBytes }, proxy);
        break;
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof DataFault) throw error;
        failures = (await sizeOf(part)) > before ? 1 : failures + 1;
        if (failures >= ATTEMPTS)
          throw new DataFault(
            `${file.url} cannot be downloaded: ${causeOf(error)}.`,
            'Is the network reachable (proxy: HTTPS_PROXY)? Try again; it goes on from where it stopped.',
            error,
          );
        await pause(PAUSE_MS * failures, undefined, signal ? { signal } : {});
      }
    }
  } finally {
    await proxy.close();
  }
  try {
    await assertDigest(file, part);
  } catch (error) {
    // Nothing could be continued from it.
    await rm(part, { force: true });
    throw error;
  }
  await rename(part, target);
}

async function transfer(
  { url, bytes }: OfferedFile,
  part: string,
  from: number,
  { signal, onBytes }: Required<Pick<FetchOptions, 'onBytes'>> & FetchOptions,
  proxy: EnvHttpProxyAgent,
): Promise<void> {
  if (from === bytes) return;
  const response = await fetch(url, {
    dispatcher: proxy,
    headers: from > 0 && from < bytes ? { range: `bytes=${from}-` } : {},
    ...(signal ? { signal } : {}),
  });
  // Whoever does not continue sends the whole again.
  const continues = response.status === 206;
  if (!response.ok || !response.body)
    throw new DataFault(
      `${url} answered ${response.status} ${response.statusText}.`,
      'Try again later, or download it by hand and add its folder with distillery data add.',
    );
  await store(response, part, continues ? from : 0, bytes, url, onBytes);
}

async function store(
  response: Response,
  part: string,
  from: number,
  bytes: number,
  url: string,
  onBytes: (done: number) => void,
): Promise<void> {
  const handle = await open(part, from > 0 ? 'r+' : 'w');
  let done = from;
  try {
    for await (const chunk of response.body ?? []) {
      const data = chunk as Uint8Array;
      if (done + data.length > bytes)
        throw new DataFault(`${url} sends more than the ${bytes} bytes that were published.`, OTHERS);
      await handle.write(data, 0, data.length, done);
      done += data.length;
      onBytes(done);
    }
    await handle.datasync();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOSPC') throw error;
    throw new DataFault(
      `The disk of ${part} is full.`,
      `${Math.ceil((bytes - done) / 1e6)} MB more are needed: make room, or name another folder with DISTILLERY_DATA. It goes on from where it stopped.`,
      error,
    );
  } finally {
    await handle.close();
  }
  if (done < bytes) throw new Error(`the connection ended after ${done} of ${bytes} bytes`);
}

/** @throws DataFault where the file is another one than was published */
export async function assertDigest({ url, md5, sha256 }: OfferedFile, path: string): Promise<void> {
  const [kind, expected] = sha256 === undefined ? (['md5', md5] as const) : (['sha256', sha256] as const);
  const hash: Hash = createHash(kind);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const found = hash.digest('hex');
  if (found === expected) return;
  throw new DataFault(
    `${path}, from ${url}, is not what was published: its ${kind === 'md5' ? 'MD5' : 'SHA-256'} is ${found}, not ${expected}.`,
    OTHERS,
  );
}

const OTHERS =
  'Download it again; if it stays so, something between here and the server changes what it sends.';

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 0;
    throw error;
  }
};

/** What undici hides behind `fetch failed`. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}, ${error.cause.message}` : error.message;
}
