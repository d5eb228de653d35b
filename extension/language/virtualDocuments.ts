import {
  EventEmitter,
  l10n,
  Uri,
  workspace,
  type Disposable,
  type TextDocumentContentProvider,
} from 'vscode';
import type { Sidecar } from '../sidecar/sidecar.ts';

const SCHEME = 'distillery';

/** Read-only texts that are no files of the user's: what a run really ran, what the doctor said. */
export class VirtualDocuments implements TextDocumentContentProvider, Disposable {
  readonly #sidecar: Sidecar;
  readonly #texts = new Map<string, string>();
  readonly #changed = new EventEmitter<Uri>();
  readonly #registration: Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
    this.#registration = workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  resolvedOf(run: string): Uri {
    return Uri.from({ scheme: SCHEME, path: `/${run}/resolved.yaml` });
  }

  /** A text under a name; shown again, it replaces the earlier one. */
  show(name: string, text: string): Uri {
    const uri = Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    return uri;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const run = /^\/(?<run>[^/]+)\/resolved\.yaml$/u.exec(uri.path)?.groups?.['run'];
    if (run === undefined)
      return this.#texts.get(uri.path) ?? l10n.t('This text is gone; run the command again.');
    const link = await this.#sidecar.link();
    return (await link.request('runs/show', { run })).resolvedText;
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
