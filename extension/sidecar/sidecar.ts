import { EventEmitter, l10n, workspace, type Disposable, type ExtensionContext } from 'vscode';
import { releaseAll, type Releasable } from '../disposal.ts';
import { Failure } from '../failure.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import { runsFolder } from '../settings.ts';
import type { SidecarLink } from './link.ts';

/** The link when somebody needs one. What it takes (sockets, schemas) is loaded only then. */
export class Sidecar implements Disposable {
  readonly #context: ExtensionContext;
  readonly #model: RunsModel;
  readonly #opened = new EventEmitter<SidecarLink | null>();
  readonly #subscriptions: readonly Releasable[];
  #link: Promise<SidecarLink> | null = null;
  #current: SidecarLink | null = null;
  #disposed = false;

  /** A new link, or null when there is none any more. */
  readonly onLink = this.#opened.event;

  constructor(context: ExtensionContext, model: RunsModel) {
    this.#context = context;
    this.#model = model;
    const again = (): void => {
      if (this.#link === null) return;
      this.close();
      void this.link();
    };
    this.#subscriptions = [
      // Trust, another folder or another setting: what was agreed with the daemon does not hold any more.
      workspace.onDidGrantWorkspaceTrust(again),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('distillery.runsFolder')) again();
      }),
    ];
  }

  get current(): SidecarLink | null {
    return this.#current;
  }

  get runsFolder(): string {
    return this.#current?.runsFolder ?? runsFolder(this.#context);
  }

  /** The link, opened if need be: the daemon that lives, or a new one. */
  async link(): Promise<SidecarLink> {
    if (this.#disposed) throw new Failure(l10n.t('The window is being closed.'), l10n.t('Open it again.'));
    this.#link ??= this.#open();
    return await this.#link;
  }

  /** Ends the link. The daemon and its runs go on. */
  close(): void {
    this.#link = null;
    this.#current?.dispose();
    this.#current = null;
    this.#model.setState({ kind: 'off' });
    this.#opened.fire(null);
  }

  dispose(): void {
    this.#disposed = true;
    this.close();
    releaseAll(this.#subscriptions);
    this.#opened.dispose();
  }

  async #open(): Promise<SidecarLink> {
    try {
      const { SidecarLink } = await import('./link.ts');
      const link = await SidecarLink.open(this.#context, this.#model, runsFolder(this.#context));
      if (this.#disposed) link.dispose();
      this.#current = link;
      this.#opened.fire(link);
      return link;
    } catch (error) {
      this.#link = null;
      this.#model.setState({
        kind: 'failed',
        message: error instanceof Error ? error.message : String(error),
        next: error instanceof Failure ? error.next : l10n.t('Read the log.'),
      });
      throw error;
    }
  }
}
