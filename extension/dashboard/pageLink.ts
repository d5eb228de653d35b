import { workspace, type Disposable } from 'vscode';
import { openRelay } from '../../sidecar/client/relay.ts';
import type { HostToPage } from '../../sidecar/protocol/pageMessages.ts';
import type { Transport } from '../../sidecar/protocol/transport.ts';
import { log } from '../log.ts';
import type { Sidecar } from '../sidecar/sidecar.ts';

/** The socket of one panel: open while the page is visible and wants it. The page asks again when it is closed. */
export class PageLink implements Disposable {
  readonly #sidecar: Sidecar;
  readonly #post: (message: HostToPage) => void;
  #transport: Transport | null = null;
  /** A socket that was opened before the page asked for one. */
  #early: Promise<Transport> | null = null;
  /** Counts attempts: what an earlier one brings is too late. */
  #attempt = 0;

  constructor(sidecar: Sidecar, post: (message: HostToPage) => void) {
    this.#sidecar = sidecar;
    this.#post = post;
  }

  /** Opens the socket while the page is still loading. */
  prepare(): void {
    if (this.#transport !== null || this.#early !== null) return;
    this.#early = this.#connect();
    // It is told when the page asks.
    this.#early.catch((error: unknown) => {
      log().debug(`no socket yet: ${String(error)}`);
    });
  }

  /** Answers with `opened` or `closed`; never throws. */
  async open(): Promise<void> {
    const early = this.#early;
    this.#early = null;
    this.#drop();
    const attempt = ++this.#attempt;
    const isCurrent = (): boolean => attempt === this.#attempt;
    try {
      const transport = await (early ?? this.#connect());
      if (!isCurrent()) {
        transport.close();
        return;
      }
      this.#transport = transport;
      transport.onClose((reason) => {
        if (this.#transport === transport) this.#closed(reason);
      });
      this.#post({ kind: 'opened' });
      transport.onMessage((text) => {
        if (this.#transport === transport) this.#post({ kind: 'frame', text });
      });
    } catch (error) {
      if (isCurrent()) this.#closed(error instanceof Error ? error.message : String(error));
    }
  }

  send(text: string): void {
    if (this.#transport) this.#transport.send(text);
    else log().debug('the page sent a frame without a socket');
  }

  /** Without telling the page: it is hidden, or about to ask anew. */
  dispose(): void {
    this.#attempt++;
    this.#drop();
  }

  /** Tells the page, which then asks for a new one. */
  reset(reason: string): void {
    this.#attempt++;
    this.#drop();
    this.#closed(reason);
  }

  async #connect(): Promise<Transport> {
    const link = await this.#sidecar.linkUnlessStopped();
    await link.whenConnected();
    return openRelay(link.runsFolder, workspace.isTrusted ? 'full' : 'read');
  }

  #closed(reason: string): void {
    this.#transport = null;
    this.#post({ kind: 'closed', reason });
  }

  #drop(): void {
    const [transport, early] = [this.#transport, this.#early];
    this.#transport = null;
    this.#early = null;
    transport?.close();
    early?.then(
      (unused) => {
        unused.close();
      },
      // `prepare` has told it.
      () => undefined,
    );
  }
}
