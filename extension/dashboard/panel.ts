import { l10n, Uri, window, workspace, type Disposable, type WebviewPanel } from 'vscode';
import type { Subject } from '../../sidecar/protocol/comparison.ts';
import { releaseAll, type Releasable } from '../disposal.ts';
import {
  pageToHost,
  type HostToPage,
  type PageToHost,
  type Tab,
} from '../../sidecar/protocol/pageMessages.ts';
import type { App } from '../app.ts';
import { perform } from '../commands/table.ts';
import { log, tellError } from '../log.ts';
import { runTitle } from '../runs/runText.ts';
import { pageHtml } from './html.ts';
import { PageLink } from './pageLink.ts';

/** Host side of one dashboard: shows the page, carries its frames, does what it asks of the editor. */
export class DashboardPanel implements Disposable {
  readonly #app: App;
  readonly #panel: WebviewPanel;
  readonly #link: PageLink;
  readonly #subscriptions: readonly Releasable[];
  /** What was asked for before the page listened. */
  #pending: Extract<HostToPage, { kind: 'show' }> | null = null;
  #ready = false;

  /** @param folder the page's files */
  constructor(app: App, panel: WebviewPanel, folder: Uri) {
    this.#app = app;
    this.#panel = panel;
    this.#link = new PageLink(app.sidecar, (message) => {
      this.#post(message);
    });
    // A tab's icon does not take the theme's colour by itself.
    const icon = (name: string): Uri => Uri.joinPath(app.context.extensionUri, 'media', name);
    panel.iconPath = { light: icon('distillery-light.svg'), dark: icon('distillery-dark.svg') };
    panel.webview.options = { enableScripts: true, localResourceRoots: [folder] };
    this.#subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => {
        this.#receive(message);
      }),
      panel.onDidChangeViewState(() => {
        // A hidden panel gets no traffic; shown again, the page begins anew and asks for what it misses.
        if (!panel.visible) {
          this.#ready = false;
          this.#link.dispose();
        } else if (!this.#ready) this.#link.prepare();
      }),
      app.sidecar.onLink((link) => {
        if (this.#ready && link === null) this.#link.reset(l10n.t('the sidecar was stopped'));
      }),
      workspace.onDidGrantWorkspaceTrust(() => {
        this.#post({ kind: 'trust', trusted: true });
        this.#link.reset(l10n.t('the workspace is trusted now'));
      }),
    ];
    panel.webview.html = pageHtml(panel.webview, folder);
    if (panel.visible) this.#link.prepare();
  }

  get isVisible(): boolean {
    return this.#panel.visible;
  }

  get onDidDispose(): WebviewPanel['onDidDispose'] {
    return this.#panel.onDidDispose;
  }

  show(run: string | null, tab: Tab, preserveFocus: boolean, subjects?: Subject[]): void {
    this.#pending = { kind: 'show', run, tab, ...(subjects ? { subjects } : {}) };
    this.#panel.reveal(undefined, preserveFocus);
    if (this.#ready) this.#sendPending();
  }

  dispose(): void {
    this.release();
    this.#panel.dispose();
  }

  /** Ends what belongs to a panel that the user has closed. */
  release(): void {
    this.#link.dispose();
    releaseAll(this.#subscriptions);
  }

  #post(message: HostToPage): void {
    if (this.#ready) void this.#panel.webview.postMessage(message);
  }

  #sendPending(): void {
    if (this.#pending) this.#post(this.#pending);
    this.#pending = null;
  }

  #receive(message: unknown): void {
    const parsed = pageToHost.safeParse(message);
    if (!parsed.success) {
      log().warn(`dropped a message of the page: ${parsed.error.message}`);
      return;
    }
    this.#act(parsed.data).catch(tellError);
  }

  async #act(message: PageToHost): Promise<void> {
    const app = this.#app;
    switch (message.kind) {
      case 'ready':
        this.#ready = true;
        this.#post({ kind: 'trust', trusted: workspace.isTrusted });
        this.#sendPending();
        return;
      case 'connect':
        await this.#link.open();
        return;
      case 'frame':
        this.#link.send(message.text);
        return;
      case 'open':
        await perform(app, OPENS[message.what], message.run);
        return;
      case 'diff':
        await perform(app, 'compareConfigs', ...message.runs);
        return;
      case 'command':
        await perform(app, COMMANDS_OF_PAGE[message.name], message.run ?? undefined);
        return;
      case 'save':
        await save(message.fileName, Buffer.from(message.base64, 'base64'));
        return;
      case 'looking': {
        app.model.select(message.run);
        const run = message.run === null ? null : app.model.get(message.run);
        this.#panel.title = run ? runTitle(run) : 'Distillery';
      }
    }
  }
}

const OPENS = {
  experiment: 'showExperiment',
  resolved: 'showResolvedConfig',
  log: 'showRunLog',
  folder: 'revealRunFolder',
} as const satisfies Record<Extract<PageToHost, { kind: 'open' }>['what'], string>;

const COMMANDS_OF_PAGE = {
  startExample: 'startExample',
  startRun: 'startRun',
  runAgain: 'runAgain',
  exportStudent: 'exportStudent',
  showLog: 'showLog',
  delete: 'delete',
  rename: 'rename',
} as const satisfies Record<Extract<PageToHost, { kind: 'command' }>['name'], string>;

async function save(fileName: string, bytes: Uint8Array): Promise<void> {
  const base = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    title: l10n.t('Export'),
    ...(base ? { defaultUri: Uri.joinPath(base, fileName.replace(/[/\\]/gu, '_')) } : {}),
  });
  if (!target) return;
  await workspace.fs.writeFile(target, bytes);
  window.setStatusBarMessage(l10n.t('Saved {0}', target.fsPath), 5_000);
}
