import { describe, expect, it } from 'vitest';
import { isAllowedOrigin, isLoopbackHost } from './origin.ts';

describe('the Host check', () => {
  it.each([
    'localhost',
    'localhost:1234',
    '127.0.0.1:80',
    '127.1.2.3',
    '[::1]:9',
    'a.localhost:5',
    'LOCALHOST:1',
  ])('passes %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    undefined,
    '',
    'example.org',
    'localhost.example.org',
    '127.0.0.1.example.org',
    'evil-localhost',
    'evillocalhost',
    '192.168.0.1:80',
    'localhost:80@evil.org',
    'evil.org#localhost',
    '[::1].evil.org',
    '[2001:db8::1]',
  ])('refuses %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe('the Origin check', () => {
  it.each([
    undefined,
    'http://localhost:8000',
    'http://127.0.0.1',
    'https://x.localhost:1',
    'http://[::1]:1',
  ])('passes %s', (origin) => {
    expect(isAllowedOrigin(origin)).toBe(true);
  });

  it.each([
    '',
    'null',
    'https://example.org',
    'https://localhost.example.org',
    'http://localhost@evil.org',
    'vscode-webview://abc',
    'file://',
    'chrome-extension://localhost',
    'http://localhost:80/path',
  ])('refuses %s', (origin) => {
    expect(isAllowedOrigin(origin)).toBe(false);
  });
});
