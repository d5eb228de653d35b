import { existsSync } from 'node:fs';
import { EventEmitter, l10n, workspace, type Disposable, type ExtensionContext } from 'vscode';
import { releaseAll, type Releasable } from '../disposal.ts';
import { Failure } from '../failure.ts';
import { remember } from '../log.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import { runsFolder } from '../settings.ts';
import type { SidecarLink } from './link.ts';

/** A setting is typed letter by letter; what it says is meant when nothing more comes. */
const SETTLED_AFTER_MS = 1_000;

/** The link when somebody needs one. What it takes (sockets, schemas) is loaded only then. */
export class Sidecar implements Disposable {
  readonly #context: ExtensionContext;
  readonly #model: RunsModel;
  readonly #opened = new EventEmitter<SidecarLink | null>();
  readonly #subscriptions: readonly Releasable[];
  #link: Promise<SidecarLink> | null = null;
  #current: SidecarLink | null = null;
  /** The user stopped the daemon: only what the user does starts it again. */
  #stopped = false;
  #disposed = false;
  /** Counts openings: what an earlier one brings is too late. */
  #attempt = 0;
  #settled: NodeJS.Timeout | null = null;

  /** A new link, or null when there is none any more. */
  readonly onLink = this.#opened.event;

  constructor(context: ExtensionContext, model: RunsModel) {
    this.#context = context;
    this.#model = model;
    this.#subscriptions = [
      workspace.onDidGrantWorkspaceTrust(() => {
        this.#renew();
      }),
      workspace.onDidChangeConfiguration((change) => {
        const affects = (name: string): boolean => change.affectsConfiguration(`distillery.${name}`);
        if (!affects('runsFolder') && !affects('nodePath')) return;
        if (this.#settled !== null) clearTimeout(this.#settled);
        this.#settled = setTimeout(() => {
          this.#settled = null;
          this.#settingsChanged();
        }, SETTLED_AFTER_MS);
      }),
    ];
  }

  get current(): SidecarLink | null {
    return this.#current;
  }

  get runsFolder(): string {
    return this.#current?.runsFolder ?? runsFolder(this.#context);
  }

  /** The link, opened if need be: the daemon that lives, or a new one. For what the user asks for. */
  async link(): Promise<SidecarLink> {
    if (this.#disposed) throw new Failure(l10n.t('The window is being closed.'), l10n.t('Open it again.'));
    this.#stopped = false;
    // One that has failed does not try again by itself; what was wrong may be right by now.
    if (this.#current && this.#model.state.kind === 'failed') this.close();
    this.#link ??= this.#open();
    return await this.#link;
  }

  /** The same for what goes on by itself, like a page that connects again: what the user has stopped stays stopped. */
  async linkUnlessStopped(): Promise<SidecarLink> {
    if (this.#stopped)
      throw new Failure(
        l10n.t('The sidecar was stopped.'),
        l10n.t('The command "Distillery: Start Sidecar" starts it again.'),
      );
    if (this.#current && this.#link) return await this.#link;
    return await this.link();
  }

  /** Ends the link. The daemon and its runs go on. */
  close(): void {
    this.#attempt++;
    this.#link = null;
    const since = this.#current ? Date.now() : null;
    this.#current?.dispose();
    this.#current = null;
    this.#model.setState({ kind: 'off', since });
    this.#opened.fire(null);
  }

  /** Ends the link because the user has ended the daemon. */
  stop(): void {
    this.#stopped = true;
    this.close();
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#settled !== null) clearTimeout(this.#settled);
    this.close();
    releaseAll(this.#subscriptions);
    this.#opened.dispose();
  }

  /** Trust or another setting: what was agreed with the daemon does not hold any more. */
  #renew(): void {
    if (this.#link === null) return;
    this.close();
    this.link().catch(remember);
  }

  #settingsChanged(): void {
    const folder = runsFolder(this.#context);
    if (this.#current && this.#current.runsFolder !== folder) {
      this.close();
      this.#model.replace([]);
    }
    // Where there are no runs, nothing is started before somebody asks: nor a folder made for a path with a typing error.
    if (this.#stopped || !existsSync(folder)) return;
    if (this.#link !== null && this.#model.state.kind !== 'connected') this.close();
    this.link().catch(remember);
  }

  async #open(): Promise<SidecarLink> {
    const attempt = ++this.#attempt;
    const isCurrent = (): boolean => attempt === this.#attempt;
    try {
      const { SidecarLink } = await import('./link.ts');
      const link = await SidecarLink.open(this.#context, this.#model, runsFolder(this.#context));
      if (!isCurrent()) {
        // Closed, or meant for another folder by now.
        link.dispose();
        return await this.linkUnlessStopped();
      }
      this.#current = link;
      this.#opened.fire(link);
      return link;
    } catch (error) {
      if (isCurrent()) {
        this.#link = null;
        this.#model.setState({
          kind: 'failed',
          message: error instanceof Error ? error.message : String(error),
          next: error instanceof Failure ? error.next : l10n.t('Read the log.'),
        });
      }
      throw error;
    }
  }
}
