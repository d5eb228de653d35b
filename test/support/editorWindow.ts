import { resolve } from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { EXTENSION_ID, type Editor } from './editor.ts';

/** One workbench window, on a browser profile of its own unless one is given. */
export class EditorWindow {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Requests that would have left the machine. */
  readonly external: readonly string[];

  private constructor(context: BrowserContext, page: Page, external: readonly string[]) {
    this.context = context;
    this.page = page;
    this.external = external;
  }

  static async open(
    browser: Browser | BrowserContext,
    editor: Editor,
    folder: string,
    { payload = null as readonly (readonly [string, string])[] | null, locale = 'en-US' } = {},
  ): Promise<EditorWindow> {
    const context =
      'newContext' in browser
        ? await browser.newContext({ viewport: { width: 1440, height: 900 }, locale })
        : browser;
    const page = await context.newPage();
    // A machine that trains beside the editor may be slow; what never comes fails all the same.
    page.setDefaultTimeout(60_000);
    const external: string[] = [];
    page.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      const isOurs = hostname === '127.0.0.1' || hostname.endsWith('.vscode-resource.vscode-cdn.net');
      if (protocol.startsWith('http') && !isOurs) external.push(request.url());
    });
    const window = new EditorWindow(context, page, external);
    const query = new URLSearchParams({ folder: resolve(folder) });
    if (payload) query.set('payload', JSON.stringify(payload));
    await page.goto(`${editor.url}/?${query.toString()}`);
    await window.ready();
    return window;
  }

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 90_000 });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /**
   * Runs a command by its palette label, 'Category: Title'; waits until the extension has registered it.
   * @returns when it was chosen, in milliseconds since 1970
   */
  async command(label: string): Promise<number> {
    const row = this.#rows().filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) });
    for (let attempt = 0; ; attempt++) {
      try {
        // A page that has just been loaded may take the focus, and with it the palette, once more.
        await this.page.keyboard.press('F1');
        await this.#input().fill(`>${label}`, { timeout: 3_000 });
        await row.first().waitFor({ timeout: 2_000 });
        const chosen = Date.now();
        await row.first().click({ timeout: 2_000 });
        return chosen;
      } catch (error) {
        if (attempt >= 20) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Labels that the palette offers for a text. */
  async offered(text: string): Promise<string[]> {
    await this.page.keyboard.press('F1');
    await this.#input().waitFor();
    await this.#input().fill(`>${text}`);
    await this.page.waitForTimeout(500);
    const labels = await this.#rows().locator('.label-name').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return labels;
  }

  /** Chooses in the open quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.#rows().filter({ hasText: label }).first().click();
  }

  /** Types into the open input box and accepts. */
  async type(text: string): Promise<void> {
    await this.#input().waitFor();
    await this.#input().fill(text);
    await this.page.keyboard.press('Enter');
  }

  async openFile(name: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.page.keyboard.press('Control+P');
        await this.#input().fill(name, { timeout: 3_000 });
        const file = this.#rows().filter({
          has: this.page.locator('.label-name', { hasText: exactly(name) }),
        });
        await file.first().click({ timeout: 4_000 });
        break;
      } catch (error) {
        if (attempt >= 10) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
    await this.page.locator(`.monaco-editor[data-uri$="${name}"] .view-line`).first().waitFor();
  }

  /** The document inside the visible dashboard. */
  get dashboard(): FrameLocator {
    return this.page
      .locator(`iframe.webview.ready[src*="extensionId=${EXTENSION_ID}"]`)
      .filter({ visible: true })
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  get statusBar(): Locator {
    return this.page.locator(`[id="${EXTENSION_ID}.distillery.status"]`);
  }

  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Rows of a view of our container. */
  viewRows(view: 'Runs' | 'Checkpoints' | 'Differences' | 'Environment'): Locator {
    return this.page.locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`);
  }

  async showContainer(): Promise<void> {
    const header = this.page.locator('.pane-header[aria-label^="Runs"]');
    if (!(await header.isVisible())) await this.command('Distillery: Focus on Runs View');
    await header.waitFor();
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  #input(): Locator {
    return this.page.locator('.quick-input-widget input.input').first();
  }

  #rows(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }
}

const exactly = (text: string): RegExp =>
  new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')}$`, 'u');
