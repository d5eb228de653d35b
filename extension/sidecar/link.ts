import { workspace, type Disposable, type ExtensionContext } from 'vscode';
import { DaemonClient, type Link } from '../../sidecar/client/daemonClient.ts';
import type { RequestOptions } from '../../sidecar/protocol/connection.ts';
import type { RequestMethod, RequestParams, RequestResult } from '../../sidecar/protocol/messages.ts';
import { IDENTITY } from '../identity.ts';
import { log, remember } from '../log.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import { PulseReader } from './pulses.ts';
import { daemonProgram, installSidecar, removeOldSidecars } from './program.ts';

/** The window's link to the daemon of its runs folder: feeds the model, carries requests, mends itself. */
export class SidecarLink implements Disposable {
  readonly #context: ExtensionContext;
  readonly #model: RunsModel;
  readonly #pulses: PulseReader;
  readonly runsFolder: string;
  readonly #client: DaemonClient;
  #lostSince: number | null = null;

  private constructor(context: ExtensionContext, model: RunsModel, folder: string, sidecar: string) {
    this.#context = context;
    this.#model = model;
    this.runsFolder = folder;
    this.#client = new DaemonClient(folder, {
      identity: IDENTITY,
      // In Restricted Mode the daemon may be looked at, and does not start a trainer for us.
      access: workspace.isTrusted ? 'full' : 'read',
      start: daemonProgram(context, sidecar),
      onProblem: (problem) => {
        log().warn(problem);
      },
    });
    this.#pulses = new PulseReader(this.#client, model);
    this.#client.onLink((link) => {
      this.#follow(link, sidecar);
    });
    this.#client.on('runs/changed', ({ run }) => {
      model.put(run);
    });
    this.#client.on('runs/removed', ({ run }) => {
      model.remove(run);
    });
    model.setState({ kind: 'connecting' });
  }

  static async open(context: ExtensionContext, model: RunsModel, folder: string): Promise<SidecarLink> {
    model.setState({ kind: 'connecting' });
    return new SidecarLink(context, model, folder, await installSidecar(context));
  }

  /** What the daemon said of itself; null while there is no connection. */
  get daemon(): RequestResult<'hello'> | null {
    const { link } = this.#client;
    return link.kind === 'connected' ? link.daemon : null;
  }

  /** @throws ProtocolError */
  request<M extends RequestMethod>(
    method: M,
    params: RequestParams<M>,
    options?: RequestOptions,
  ): Promise<RequestResult<M>> {
    return this.#client.request(method, params, options);
  }

  /** @throws ProtocolError when there is no daemon in time */
  async whenConnected(): Promise<void> {
    await this.#client.whenConnected();
  }

  /** Ends the link; daemon and runs go on. */
  dispose(): void {
    this.#pulses.dispose();
    this.#client.close();
  }

  #follow(link: Link, sidecar: string): void {
    switch (link.kind) {
      case 'connecting':
        this.#model.setState({ kind: 'connecting' });
        return;
      case 'connected':
        this.#lostSince = null;
        log().info(`connected to the daemon ${link.daemon.product.version} of ${link.daemon.runsFolder}`);
        this.#model.setState({ kind: 'connected', version: link.daemon.product.version });
        this.#catchUp(sidecar).catch(remember);
        return;
      case 'waiting':
        this.#lostSince ??= Date.now();
        log().warn(link.error.message);
        this.#model.setState({ kind: 'waiting', message: link.error.message, since: this.#lostSince });
        return;
      case 'failed':
        this.#model.setState({ kind: 'failed', message: link.error.message, next: link.error.next });
        return;
      case 'closed':
        // Whoever closed it says what that means.
        return;
    }
  }

  /** Everything missed; whoever told it before is told the truth now. */
  async #catchUp(sidecar: string): Promise<void> {
    const { runs, problems } = await this.#client.request('runs/list', {});
    this.#model.replace(runs);
    for (const { name, message } of problems) log().warn(`${name}: ${message}`);
    if (runs.every(({ liveness }) => liveness !== 'live')) await removeOldSidecars(this.#context, sidecar);
  }
}
