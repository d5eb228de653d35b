import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { nestingOf } from './nesting.ts';
import type { Complaint, Path } from './findings.ts';

/** Deeper than any experiment; the parser's recursion ends in a crash of the process long after this. */
const MOST_NESTED = 64;

/** From the first offset to before the second, in UTF-16 units. */
export type Extent = readonly [from: number, to: number];

/** A key with its value, as written. */
export interface Entry {
  readonly key: Node;
  readonly name: string;
  /** Null where nothing is written. */
  readonly value: Node | null;
}

export interface YamlTree {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  /** Syntax errors and keys written twice, with their place. */
  readonly problems: readonly Complaint[];
}

/** Parses as much as there is; what is wrong is in `problems`. Never throws. */
export function parseTree(text: string): YamlTree {
  const lines = new LineCounter();
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' } as const;
  if (nestingOf(text) > MOST_NESTED) {
    parseDocument(text.replace(/[^\n]/gu, ' '), options);
    const message = `The text is nested more than ${MOST_NESTED} deep.`;
    return {
      document: parseDocument(''),
      lines,
      problems: [{ code: 'yamlSyntax', path: [], message, expected: 'a few levels', place: [0, 1] }],
    };
  }
  const document = parseDocument(text, options);
  const problems = document.errors.map((error): Complaint => {
    const twice = error.code === 'DUPLICATE_KEY';
    return {
      code: twice ? 'duplicateKey' : 'yamlSyntax',
      path: [],
      message: error.message,
      expected: twice ? 'each key once' : 'valid YAML',
      place: twice ? keyAt(document.contents, error.pos[0]) : withinLine(text, error.pos),
    };
  });
  return { document, lines, problems };
}

/** What an error of the parser covers, without what follows on other lines; at the end of the text its last character. */
function withinLine(text: string, [from, to]: Extent): Extent {
  const length = text.trimEnd().length;
  if (from >= length) return [Math.max(0, length - 1), length];
  const start = from;
  const newline = text.slice(start).search(/\r?\n/u);
  const lineEnd = newline === -1 ? text.length : start + newline;
  return [start, Math.max(Math.min(to, lineEnd), Math.min(start + 1, text.length))];
}

const keyAt = (node: Node | null, offset: number): Extent =>
  entryAt(node, offset)?.extent ?? [offset, offset + 1];

/** The entry whose key begins at `offset`, with the key's extent. */
export function entryAt(node: Node | null, offset: number): { entry: Entry; extent: Extent } | null {
  for (const entry of entriesOf(node)) {
    const extent = extentOf(entry.key);
    if (extent?.[0] === offset) return { entry, extent };
    const deeper = entryAt(entry.value, offset);
    if (deeper) return deeper;
  }
  if (isSeq(node))
    for (const item of node.items) {
      const deeper = entryAt(item as Node, offset);
      if (deeper) return deeper;
    }
  return null;
}

/** The entries of a map in the order of the text; none for anything else. Keys that are no scalars are left out. */
export function entriesOf(node: Node | null | undefined): Entry[] {
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key, name: String(key.value), value: (value as Node | null) ?? null }] : [],
  );
}

export const isFlow = (node: Node | null | undefined): boolean =>
  (isMap(node) || isSeq(node)) && node.flow === true;

/** Where a node's own text stands, without space and comments around it; null where nothing is written. */
export function extentOf(node: Node | null | undefined): Extent | null {
  if (!node?.range) return null;
  const [from, end] = node.range;
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = isMap(node) ? lastOf(node.items.at(-1)) : (node.items.at(-1) as Node | null | undefined);
    return [from, extentOf(last)?.[1] ?? end];
  }
  return end > from ? [from, end] : null;
}

const lastOf = (pair: { key: unknown; value: unknown } | undefined): Node | null =>
  ((extentOf(pair?.value as Node | null) ? pair?.value : pair?.key) as Node | null | undefined) ?? null;

/** How far a path is written down. Ends where an alias stands in for a value: what is behind it stands elsewhere. */
export interface Reached {
  /** Segments found. */
  readonly depth: number;
  readonly node: Node | null;
  /** The key over `node`, null at the root and in lists. */
  readonly entry: Entry | null;
  /** The map or list that holds the entry. */
  readonly parent: Node | null;
}

export function reach(root: Node | null, path: Path): Reached {
  let reached: Reached = { depth: 0, node: root, entry: null, parent: null };
  for (const segment of path) {
    const { node, depth } = reached;
    if (isSeq(node) && typeof segment === 'number' && segment < node.items.length)
      reached = { depth: depth + 1, node: node.items[segment] as Node | null, entry: null, parent: node };
    else {
      const entry = entriesOf(node).findLast(({ name }) => name === String(segment));
      if (!entry) break;
      reached = { depth: depth + 1, node: entry.value, entry, parent: node };
    }
    if (isAlias(reached.node)) break;
  }
  return reached;
}

/**
 * Exactly the value at `path`, or its key with `atKey` or where no value is written; for what is not written down the
 * nearest ancestor's key, for the root the document's first key.
 */
export function placeOf(root: Node | null, path: Path, atKey: boolean): Extent {
  for (let length = path.length; length > 0; length--) {
    const { depth, node, entry } = reach(root, path.slice(0, length));
    if (depth < length) continue;
    const value = atKey || length < path.length ? null : extentOf(node);
    const extent = value ?? extentOf(entry?.key) ?? extentOf(node);
    if (extent) return extent;
  }
  const [first] = entriesOf(root);
  return extentOf(first?.key) ?? extentOf(root) ?? [0, 0];
}
