import { l10n, workspace, type Disposable, type ExtensionContext } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { releaseAll, type Releasable } from '../disposal.ts';
import { EXPERIMENT_FILE, EXPERIMENT_GLOB } from '../identity.ts';
import { log, tellError } from '../log.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import type { Sidecar } from '../sidecar/sidecar.ts';
import { SURROUNDINGS } from './server/messages.ts';
import { SurroundingsReader } from './surroundings.ts';

/** The model moves with every beat of every run; what the service makes of it can wait. */
const SETTLED_AFTER_MS = 1_500;

/**
 * The language server and its client, both loaded with the first experiment file. The server reads text and executes nothing,
 * so it works in Restricted Mode too.
 */
export class Language implements Disposable {
  readonly #context: ExtensionContext;
  readonly #reader: SurroundingsReader;
  readonly #subscriptions: Releasable[];
  #client: Promise<LanguageClient> | null = null;
  #waiting: NodeJS.Timeout | null = null;
  #sent = '';

  constructor(context: ExtensionContext, model: RunsModel, sidecar: Sidecar) {
    this.#context = context;
    this.#reader = new SurroundingsReader(context, model, sidecar);
    this.#subscriptions = [
      workspace.onDidOpenTextDocument(({ uri }) => {
        this.#wanted(uri.path);
      }),
      model.onDidChange(() => {
        this.#tellSoon();
      }),
    ];
    for (const { uri } of workspace.textDocuments) this.#wanted(uri.path);
  }

  dispose(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting);
    releaseAll(this.#subscriptions);
    this.#client?.then((client) => client.dispose()).catch(tellError);
  }

  #wanted(path: string): void {
    if (this.#client !== null || !EXPERIMENT_FILE.test(path)) return;
    this.#client = this.#start();
    this.#client.catch((error: unknown) => {
      // The next file tries again.
      this.#client = null;
      tellError(error);
    });
  }

  async #start(): Promise<LanguageClient> {
    const { LanguageClient, State, TransportKind } = await import('vscode-languageclient/node');
    const module = this.#context.asAbsolutePath('dist/languageServer.cjs');
    const client = new LanguageClient(
      'distillery',
      l10n.t('Distillery Language Server'),
      { module, transport: TransportKind.ipc },
      {
        documentSelector: ['file', 'untitled'].map((scheme) => ({ scheme, pattern: EXPERIMENT_GLOB })),
        diagnosticCollectionName: 'distillery',
        outputChannel: log(),
      },
    );
    const state = client.onDidChangeState(({ newState }) => {
      if (newState !== State.Running) return;
      // A server that had to be started again knows nothing yet.
      this.#sent = '';
      this.#tellSoon();
    });
    await client.start();
    const experiments = workspace.createFileSystemWatcher(EXPERIMENT_GLOB, false, true, false);
    const changed = (): void => {
      this.#tellSoon();
    };
    this.#subscriptions.push(
      state,
      experiments,
      experiments.onDidCreate(changed),
      experiments.onDidDelete(changed),
      workspace.onDidSaveTextDocument(({ uri }) => {
        if (EXPERIMENT_FILE.test(uri.path)) changed();
      }),
    );
    await this.#tell(client);
    return client;
  }

  #tellSoon(): void {
    if (this.#client === null || this.#waiting !== null) return;
    this.#waiting = setTimeout(() => {
      this.#waiting = null;
      this.#client?.then((client) => this.#tell(client)).catch(tellError);
    }, SETTLED_AFTER_MS);
  }

  /** Only what is news. */
  async #tell(client: LanguageClient): Promise<void> {
    const surroundings = await this.#reader.read();
    const text = JSON.stringify(surroundings);
    if (text === this.#sent || !client.isRunning()) return;
    this.#sent = text;
    await client.sendNotification(SURROUNDINGS, surroundings);
  }
}
