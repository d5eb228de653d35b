import { languages, workspace, type DiagnosticCollection, type Disposable, type TextDocument } from 'vscode';
import { releaseAll, type Releasable } from '../disposal.ts';
import { EXPERIMENT_FILE } from '../identity.ts';
import { tellError } from '../log.ts';
import { diagnosticOf } from './findings.ts';

const AFTER_TYPING_MS = 200;

/** Checks experiment files while they are open. Reads text only, so it works in Restricted Mode too. */
export class Validation implements Disposable {
  readonly #diagnostics: DiagnosticCollection = languages.createDiagnosticCollection('distillery');
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: readonly Releasable[];

  constructor() {
    this.#subscriptions = [
      this.#diagnostics,
      workspace.onDidOpenTextDocument((document) => {
        this.#soon(document, 0);
      }),
      workspace.onDidChangeTextDocument(({ document }) => {
        this.#soon(document, AFTER_TYPING_MS);
      }),
      workspace.onDidCloseTextDocument(({ uri }) => {
        clearTimeout(this.#waiting.get(uri.toString()));
        this.#diagnostics.delete(uri);
      }),
    ];
    for (const document of workspace.textDocuments) this.#soon(document, 0);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    releaseAll(this.#subscriptions);
  }

  #soon(document: TextDocument, delay: number): void {
    if (!EXPERIMENT_FILE.test(document.uri.path)) return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        this.#check(document).catch(tellError);
      }, delay),
    );
  }

  /** The schema is loaded with the first experiment file. */
  async #check(document: TextDocument): Promise<void> {
    const { parseExperiment } = await import('../../sidecar/config/load.ts');
    if (document.isClosed) return;
    const { findings } = parseExperiment(document.uri.fsPath, document.getText());
    this.#diagnostics.set(
      document.uri,
      findings.map((finding) => {
        const diagnostic = diagnosticOf(finding);
        const word = document.getWordRangeAtPosition(diagnostic.range.start);
        if (word) diagnostic.range = word;
        return diagnostic;
      }),
    );
  }
}
