/**
 * The page's files over HTTP: read-only, nothing outside their folder, a policy under which only they can run.
 *
 * API: serveStatic(folder) → request handler.
 */
import { readFile, realpath } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/** `host` is a Host header that has passed the check: the page may open a socket to where it came from, also when forwarded. */
function securityHeaders(host: string): Record<string, string> {
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data: blob:",
    'font-src': "'self'",
    'connect-src': `'self' ws://${host} wss://${host}`,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return {
    'content-security-policy': Object.entries(policy)
      .map(([directive, value]) => `${directive} ${value}`)
      .join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-cache',
  };
}

async function readInside(folder: string, path: string): Promise<Buffer | null> {
  try {
    const root = await realpath(folder);
    const target = await realpath(join(root, path));
    return target.startsWith(root + sep) ? await readFile(target) : null;
  } catch {
    // Missing, unreadable or a folder: all the same to who asks.
    return null;
  }
}

/** Answers one request whose Host header has been checked. */
export async function serveStatic(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = securityHeaders(request.headers.host ?? '');
  const end = (status: number, text: string): void => {
    response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' }).end(text);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    end(405, 'Only GET is answered here.\n');
    return;
  }
  let path: string;
  try {
    path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  } catch {
    end(400, 'The address cannot be read.\n');
    return;
  }
  const file = path === '/' ? '/index.html' : path;
  const mediaType = MEDIA_TYPES[extname(file)];
  const bytes = mediaType === undefined || file.includes('\0') ? null : await readInside(folder, file);
  if (bytes === null || mediaType === undefined) {
    end(404, 'There is nothing here.\n');
    return;
  }
  response.writeHead(200, { ...headers, 'content-type': mediaType, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
