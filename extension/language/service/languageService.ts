import type { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CodeAction,
  CompletionItem,
  Diagnostic,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  FormattingOptions,
  Hover,
  InlayHint,
  Position,
  Range,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-types';
import { codeActions } from './codeActions.ts';
import { completion } from './completion/completion.ts';
import { diagnose } from './diagnostics.ts';
import { folding } from './folding.ts';
import { format } from './format/format.ts';
import { inlayHints } from './hints/inlayHints.ts';
import { hover } from './hover.ts';
import { links } from './links.ts';
import { prepareRename, rename } from './rename.ts';
import { Sources, type Source } from './source.ts';
import type { Surroundings } from './surroundings.ts';
import { symbols } from './symbols.ts';

/** What an editor asks about an experiment file. Pure: a document goes in, an answer comes out; nothing throws. */
export interface LanguageService {
  diagnostics(document: TextDocument): Diagnostic[];
  completion(document: TextDocument, position: Position): CompletionItem[];
  hover(document: TextDocument, position: Position): Hover | null;
  /** Quick fixes for `diagnostics`, and refactorings for `range`. */
  codeActions(document: TextDocument, range: Range, diagnostics: readonly Diagnostic[]): CodeAction[];
  symbols(document: TextDocument): DocumentSymbol[];
  folding(document: TextDocument): FoldingRange[];
  format(document: TextDocument, options: FormattingOptions): TextEdit[];
  /** The range of a name that can be renamed, null where none stands. */
  prepareRename(document: TextDocument, position: Position): Range | null;
  rename(document: TextDocument, position: Position, newName: string): WorkspaceEdit | null;
  links(document: TextDocument): DocumentLink[];
  inlayHints(document: TextDocument, range: Range): InlayHint[];
}

/** @param surroundings asked anew at every request */
export function languageService(surroundings: () => Surroundings): LanguageService {
  const sources = new Sources(() => surroundings().data);
  const at = (document: TextDocument, position: Position): [Source, number] => [
    sources.of(document),
    document.offsetAt(position),
  ];
  return {
    diagnostics: (document) =>
      diagnose(sources.of(document), surroundings()).map(({ diagnostic }) => diagnostic),
    completion: (document, position) => completion(...at(document, position), surroundings()),
    hover: (document, position) => hover(...at(document, position), surroundings().documentation),
    codeActions: (document, range, diagnostics) =>
      codeActions(sources.of(document), range, diagnostics, surroundings()),
    symbols: (document) => symbols(sources.of(document)),
    folding: (document) => folding(sources.of(document)),
    format: (document, options) => format(sources.of(document), options),
    prepareRename: (document, position) => prepareRename(...at(document, position)),
    rename: (document, position, newName) => rename(...at(document, position), newName),
    links: (document) => links(sources.of(document), surroundings()),
    inlayHints: (document, range) => inlayHints(sources.of(document), range, surroundings()),
  };
}
