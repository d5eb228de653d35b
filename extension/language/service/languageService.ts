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
import type { Surroundings } from './surroundings.ts';

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

/** @param _surroundings asked anew at every request */
export function languageService(_surroundings: () => Surroundings): LanguageService {
  return {
    diagnostics: () => [],
    completion: () => [],
    hover: () => null,
    codeActions: () => [],
    symbols: () => [],
    folding: () => [],
    format: () => [],
    prepareRename: () => null,
    rename: () => null,
    links: () => [],
    inlayHints: () => [],
  };
}
