import {
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { languageService } from '../service/languageService.ts';
import { NO_SURROUNDINGS, surroundingsSchema } from '../service/surroundings.ts';
import { SURROUNDINGS } from './messages.ts';

/** How long nothing is typed before a document is checked. */
const PAUSE_MS = 60;

/** Answers an editor with the language service. Knows nothing of experiments, and nothing of how the messages travel. */
export function serve(connection: Connection): void {
  let surroundings = NO_SURROUNDINGS;
  const service = languageService(() => surroundings);
  const documents = new TextDocuments(TextDocument);
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();

  const check = (document: TextDocument): void => {
    const { uri, version } = document;
    // Somebody may have typed on while this one waited.
    if (documents.get(uri)?.version !== version) return;
    void connection.sendDiagnostics({ uri, version, diagnostics: service.diagnostics(document) });
  };
  const checkSoon = (document: TextDocument): void => {
    forget(document.uri);
    waiting.set(
      document.uri,
      setTimeout(() => {
        waiting.delete(document.uri);
        check(document);
      }, PAUSE_MS),
    );
  };
  const forget = (uri: string): void => {
    clearTimeout(waiting.get(uri));
    waiting.delete(uri);
  };

  connection.onInitialize(() => CAPABILITIES);
  connection.onNotification(SURROUNDINGS, (sent: unknown) => {
    const parsed = surroundingsSchema.safeParse(sent);
    if (!parsed.success) {
      connection.console.error(`${SURROUNDINGS} is not understood: ${parsed.error.message}`);
      return;
    }
    surroundings = parsed.data;
    documents.all().forEach(checkSoon);
    // Estimates come from past runs.
    void connection.languages.inlayHint.refresh();
  });
  documents.onDidChangeContent(({ document }) => {
    checkSoon(document);
  });
  documents.onDidClose(({ document: { uri } }) => {
    forget(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  /** Answers about a document that is open; nothing about any other. */
  const about = <P extends { textDocument: { uri: string } }, R, N>(
    answer: (document: TextDocument, params: P) => R,
    otherwise: N,
  ) => {
    return (params: P): R | N => {
      const document = documents.get(params.textDocument.uri);
      return document ? answer(document, params) : otherwise;
    };
  };
  type At = TextDocumentPositionParams;
  connection.onCompletion(about((document, { position }: At) => service.completion(document, position), []));
  connection.onHover(about((document, { position }: At) => service.hover(document, position), null));
  connection.onCodeAction(
    about((document, { range, context }) => service.codeActions(document, range, context.diagnostics), []),
  );
  connection.onDocumentSymbol(about((document) => service.symbols(document), []));
  connection.onFoldingRanges(about((document) => service.folding(document), []));
  connection.onDocumentFormatting(about((document, { options }) => service.format(document, options), []));
  connection.onPrepareRename(
    about((document, { position }: At) => service.prepareRename(document, position), null),
  );
  connection.onRenameRequest(
    about((document, { position, newName }) => service.rename(document, position, newName), null),
  );
  connection.onDocumentLinks(about((document) => service.links(document), []));
  connection.languages.inlayHint.on(about((document, { range }) => service.inlayHints(document, range), []));

  documents.listen(connection);
  connection.listen();
}

const CAPABILITIES: InitializeResult = {
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: [':', ' ', '"', '{', ','] },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: ['quickfix', 'refactor.rewrite'] },
    documentSymbolProvider: true,
    foldingRangeProvider: true,
    documentFormattingProvider: true,
    renameProvider: { prepareProvider: true },
    documentLinkProvider: {},
    inlayHintProvider: true,
  },
};
