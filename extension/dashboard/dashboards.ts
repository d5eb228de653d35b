import { Uri, ViewColumn, window, type Disposable, type ExtensionContext, type WebviewPanel } from 'vscode';
import type { Subject } from '../../sidecar/protocol/comparison.ts';
import type { Tab } from '../../sidecar/protocol/pageMessages.ts';
import type { App } from '../app.ts';
import { releaseAll, type Releasable } from '../disposal.ts';
import { tellError } from '../log.ts';
import { watchOrphans } from './orphans.ts';
import type { DashboardPanel } from './panel.ts';

const VIEW_TYPE = 'distillery.dashboard';

export interface ShowOptions {
  readonly preserveFocus?: boolean;
  /** Checkpoints to compare. */
  readonly subjects?: Subject[];
}

/** The window's dashboard: one panel, which shows any run. Comes back by itself after a reload, or when its host died. */
export class Dashboards implements Disposable {
  readonly #folder: Uri;
  readonly #app: () => App;
  readonly #subscriptions: readonly Releasable[];
  #panel: DashboardPanel | null = null;

  constructor(context: ExtensionContext, app: () => App) {
    this.#app = app;
    this.#folder = Uri.joinPath(context.extensionUri, 'dist', 'sidecar', 'webview');
    this.#subscriptions = [
      window.registerWebviewPanelSerializer(VIEW_TYPE, {
        // The page keeps its own state; we only give it a host again.
        deserializeWebviewPanel: async (panel) => {
          await this.#adopt(panel);
        },
      }),
      watchOrphans(
        VIEW_TYPE,
        () => this.#panel?.isVisible === true,
        (column) => {
          this.#create(column, true).catch(tellError);
        },
      ),
    ];
  }

  /** @param run null leaves the page at what it shows, or lets it choose */
  show(run: string | null, tab: Tab, options: ShowOptions = {}): void {
    const { preserveFocus = false, subjects } = options;
    if (this.#panel) {
      this.#panel.show(run, tab, preserveFocus, subjects);
      return;
    }
    // Beside the code, if code is what one looks at.
    this.#create(window.activeTextEditor ? ViewColumn.Beside : ViewColumn.Active, preserveFocus)
      .then((panel) => {
        panel.show(run, tab, preserveFocus, subjects);
      })
      .catch(tellError);
  }

  dispose(): void {
    releaseAll(this.#subscriptions);
    this.#panel?.dispose();
  }

  #create(viewColumn: ViewColumn, preserveFocus: boolean): Promise<DashboardPanel> {
    const panel = window.createWebviewPanel(
      VIEW_TYPE,
      'Distillery',
      { viewColumn, preserveFocus },
      { enableScripts: true, localResourceRoots: [this.#folder] },
    );
    return this.#adopt(panel);
  }

  async #adopt(panel: WebviewPanel): Promise<DashboardPanel> {
    const { DashboardPanel } = await import('./panel.ts');
    const own = new DashboardPanel(this.#app(), panel, this.#folder);
    // A second one restored from an old layout: the newest is the dashboard.
    this.#panel?.dispose();
    this.#panel = own;
    own.onDidDispose(() => {
      own.release();
      if (this.#panel === own) this.#panel = null;
    });
    return own;
  }
}
