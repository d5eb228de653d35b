/** The built page in a real browser, before a real daemon over made run directories. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { chromiumPath, launchBrowser } from '../../support/browser.ts';
import { daemonOf, endDaemon } from '../../support/daemons.ts';
import { atEnd, CLI, startNode, temporaryFolder } from '../../support/processes.ts';
import { THEMES, type ThemeKind } from './themes.ts';

export const browserPath = chromiumPath();

/** A browser for the tests of a file. */
export function sharedBrowser(): () => Browser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(browserPath ?? '');
  });
  afterAll(() => browser.close());
  return () => browser;
}

export interface Served {
  readonly runs: string;
  readonly state: string;
  readonly url: string;
  readonly port: number;
  readonly token: string;
}

/** A daemon for a runs folder; it goes with the test file. */
export async function serve(runs: string, name: string): Promise<Served> {
  const state = await temporaryFolder(`${name}-state`);
  const env = { DISTILLERY_STATE: state };
  const { stdout, stderr } = await startNode([CLI, '--runs', runs, 'serve', '--json'], env).finished;
  if (stdout === '') throw new Error(stderr);
  const { url } = JSON.parse(stdout) as { url: string };
  const { port, token } = daemonOf(state);
  atEnd(() => {
    endDaemon(state);
  });
  return { runs, state, url, port, token };
}

export interface Opened {
  readonly page: Page;
  /** Errors of the page's scripts and of its console. */
  readonly complaints: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { readonly theme?: ThemeKind } = {},
): Promise<Opened> {
  const { theme, ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 }, ...contextOptions });
  const page = await context.newPage();
  const complaints = listen(page);
  await page.goto(url);
  if (theme) await wear(page, theme);
  return { page, complaints };
}

export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return complaints;
}

/** Puts a theme on, as the editor does. */
export async function wear(page: Page, kind: ThemeKind): Promise<void> {
  // As text: the tests are compiled without the browser's types.
  await page.evaluate(`{
    const { style } = document.documentElement;
    for (const old of [...style]) if (old.startsWith('--vscode-')) style.removeProperty(old);
    for (const [key, value] of Object.entries(${JSON.stringify(THEMES[kind])}))
      style.setProperty('--vscode-' + key, value);
    style.setProperty('color-scheme', '${/light$/u.test(kind) ? 'light' : 'dark'}');
    document.body.dataset.vscodeThemeKind = document.body.className = '${kind}';
  }`);
}

/** The drawing of a chart, through the page's own export. */
export async function exported(
  page: Page,
  chart: string,
  format: 'PNG' | 'SVG' | 'CSV' | 'JSON',
): Promise<string> {
  await page.getByRole('button', { name: `Export ${chart}` }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `(${format})` }).click(),
  ]);
  const stream = await download.createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString(format === 'PNG' ? 'base64' : 'utf8');
}
