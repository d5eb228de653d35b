import { Lexer, type Node } from 'yaml';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Range } from 'vscode-languageserver-types';
import { checkDocument, type Checked, type DataProbe } from '../../../sidecar/config/check.ts';
import { ExperimentDocument } from '../../../sidecar/config/document.ts';
import type { Extent } from '../../../sidecar/config/yamlTree.ts';
import { readable } from './readable.ts';
import { dataKey, type Surroundings } from './surroundings.ts';

/** What the lexer emits without a counterpart in the text. */
const CONTROL = new Set(['\u{FEFF}', '\u0002', '\u0018', '\u001F']);

/** One version of a document, parsed once and checked at most once. */
export class Source {
  readonly text: string;
  readonly experiment: ExperimentDocument;
  readonly isJson: boolean;
  readonly eol: string;
  #checked: Checked | null = null;
  #data: Readonly<Record<string, unknown>> | null = null;
  #comments: readonly Extent[] | null = null;

  /** @param found what was found where documents name files */
  constructor(
    readonly document: TextDocument,
    readonly found: Surroundings['data'] = {},
  ) {
    this.text = document.getText();
    this.experiment = new ExperimentDocument(document.uri, this.text);
    this.isJson = document.languageId === 'json' || /\.json$/iu.test(document.uri);
    this.eol = this.text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** What the schema and its rules say. */
  get checked(): Checked {
    this.#checked ??= checkDocument(this.experiment, this.probe);
    return this.#checked;
  }

  /** Tells what was found, of data sets that somebody has looked for. */
  get probe(): DataProbe {
    return (dataset, file) => this.found[dataKey(file, dataset)] ?? { kind: 'found', dataset };
  }

  get root(): Node | null {
    return this.experiment.root;
  }

  /** Plain data as written; of a text that does not parse as much as can be read. */
  get data(): Readonly<Record<string, unknown>> {
    this.#data ??= this.experiment.data ?? readable(this.text).data;
    return this.#data;
  }

  /** Where comments stand, in order, without their line ends. */
  get comments(): readonly Extent[] {
    this.#comments ??= commentsIn(this.text);
    return this.#comments;
  }

  range([from, to]: Extent): Range {
    return { start: this.document.positionAt(from), end: this.document.positionAt(to) };
  }

  /** Offset of the first character of the line at `offset`. */
  lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1;
  }

  /** Offset behind the last character of the line at `offset`, before its end of line. */
  lineEnd(offset: number): number {
    const newline = this.text.indexOf('\n', offset);
    if (newline === -1) return this.text.length;
    return newline > offset && this.text[newline - 1] === '\r' ? newline - 1 : newline;
  }

  /** Columns before `offset` in its line. */
  column(offset: number): number {
    return offset - this.lineStart(offset);
  }
}

function commentsIn(text: string): Extent[] {
  const found: Extent[] = [];
  let offset = text.startsWith('\u{FEFF}') ? 1 : 0;
  for (const token of new Lexer().lex(text)) {
    if (CONTROL.has(token)) continue;
    if (token.startsWith('#')) found.push([offset, offset + token.length]);
    offset += token.length;
  }
  return found;
}

const REMEMBERED = 16;

/** Remembers the newest texts by document, so that the requests for one version share one parse. */
export class Sources {
  readonly #found: () => Surroundings['data'];
  readonly #sources = new Map<string, Source>();

  /** @param found asked anew at every request */
  constructor(found: () => Surroundings['data']) {
    this.#found = found;
  }

  of(document: TextDocument): Source {
    const known = this.#sources.get(document.uri);
    const found = this.#found();
    if (
      known?.text === document.getText() &&
      known.document.languageId === document.languageId &&
      known.found === found
    )
      return known;
    const source = new Source(document, found);
    this.#sources.delete(document.uri);
    this.#sources.set(document.uri, source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > REMEMBERED && oldest !== undefined) this.#sources.delete(oldest);
    return source;
  }
}
