import { Uri, ViewColumn, window, type Disposable, type ExtensionContext, type WebviewPanel } from 'vscode';
import type { Tab } from '../../sidecar/protocol/pageMessages.ts';
import type { App } from '../app.ts';
import { tellError } from '../log.ts';
import type { DashboardPanel } from './panel.ts';

const VIEW_TYPE = 'distillery.dashboard';

/** The window's dashboard: one panel, which shows any run. Comes back by itself after a reload. */
export class Dashboards implements Disposable {
  readonly #folder: Uri;
  readonly #serializer: Disposable;
  readonly #app: () => App;
  #panel: DashboardPanel | null = null;

  constructor(context: ExtensionContext, app: () => App) {
    this.#app = app;
    this.#folder = Uri.joinPath(context.extensionUri, 'dist', 'sidecar', 'webview');
    this.#serializer = window.registerWebviewPanelSerializer(VIEW_TYPE, {
      // The page keeps its own state; we only give it a host again.
      deserializeWebviewPanel: (panel) => this.#adopt(panel),
    });
  }

  /** @param run null leaves the page at what it shows, or lets it choose */
  show(run: string | null, tab: Tab, { preserveFocus = false } = {}): void {
    if (this.#panel) {
      this.#panel.show(run, tab, preserveFocus);
      return;
    }
    const panel = window.createWebviewPanel(
      VIEW_TYPE,
      'Distillery',
      // Beside the code, if code is what one looks at.
      { viewColumn: window.activeTextEditor ? ViewColumn.Beside : ViewColumn.Active, preserveFocus },
      { enableScripts: true, localResourceRoots: [this.#folder] },
    );
    this.#adopt(panel)
      .then(() => {
        this.#panel?.show(run, tab, preserveFocus);
      })
      .catch(tellError);
  }

  dispose(): void {
    this.#serializer.dispose();
    this.#panel?.dispose();
  }

  async #adopt(panel: WebviewPanel): Promise<void> {
    const { DashboardPanel } = await import('./panel.ts');
    const own = new DashboardPanel(this.#app(), panel, this.#folder);
    // A second one restored from an old layout: the newest is the dashboard.
    this.#panel?.dispose();
    this.#panel = own;
    own.onDidDispose(() => {
      own.release();
      if (this.#panel === own) this.#panel = null;
    });
    await this.#app().sidecar.link();
  }
}
