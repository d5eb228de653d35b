import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** A Chromium of the system; null where there is none, which only CI counts as a failure. */
export function chromiumPath(): string | null {
  const candidates = [
    process.env['DISTILLERY_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  if (process.env['CI'] === undefined) return null;
  throw new Error(
    'CI must test the page in a browser, but there is no Chromium. Install the package chromium.',
  );
}

export const launchBrowser = (executablePath: string, more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
      ...more,
    ],
  });
