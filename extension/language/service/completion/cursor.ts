/** Where a cursor stands in a text that need not parse. */
export interface Cursor {
  /** Of the map whose keys are meant, or of the value. */
  readonly path: readonly (string | number)[];
  readonly what: 'key' | 'value';
  /** What is typed there already: offsets, quotes left out, up to the end of the word. */
  readonly from: number;
  readonly to: number;
  /** The quote that the word begins with, if one. */
  readonly quote: '"' | "'" | '';
  /** Inside brackets. */
  readonly flow: boolean;
  /** For a key: a colon follows the word already. */
  readonly hasColon: boolean;
}

/** A map or list that is open at the cursor. */
interface Open {
  readonly kind: 'block' | '{' | '[';
  /** Of the keys of a block map. */
  readonly indent: number;
  /** The key whose value is being written, or the index of a list's item; null before the first. */
  key: string | number | null;
}

/**
 * Reads up to `offset` with brackets, quotes, comments and indentation alone, so that half-typed lines do no harm.
 * Null inside comments and behind finished values.
 */
export function cursorAt(text: string, offset: number): Cursor | null {
  const open: Open[] = [];
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  let at = text.startsWith('\u{FEFF}') ? 1 : 0;
  while (at < lineStart) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 || newline >= offset ? offset : newline;
    readLine(text.slice(at, end), open);
    at = end + 1;
  }
  const line = text.slice(lineStart, offset);
  const read = readLine(line, open, true);
  if (read === null) return null;
  const rest = /^[^\s,:#{}[\]"']*/u.exec(text.slice(offset))?.[0] ?? '';
  const from = lineStart + read.wordAt;
  const to = offset + rest.length;
  const hasColon = /^["']?[^\S\n]*:/u.test(text.slice(to));
  const top = open.at(-1);
  const flow = open.some(({ kind }) => kind !== 'block');
  return {
    path: pathOf(open, read.what),
    what: read.what,
    from,
    to,
    quote: read.quote,
    flow,
    hasColon: hasColon && top?.kind !== '[',
  };
}

const pathOf = (open: readonly Open[], what: Cursor['what']): (string | number)[] =>
  (what === 'key' ? open.slice(0, -1) : open).flatMap(({ key }) => key ?? []);

interface LineRead {
  readonly what: Cursor['what'];
  /** Offset in the line at which the unfinished word begins. */
  readonly wordAt: number;
  readonly quote: Cursor['quote'];
}

/** Follows one line; `open` is changed to what is open behind it. @param isLast the cursor stands at the line's end */
function readLine(line: string, open: Open[], isLast = false): LineRead | null {
  leaveForgottenBrackets(line, open);
  let at = 0;
  let isValue = true;
  if (open.every(({ kind }) => kind === 'block')) {
    const lead = /^(?<space>[^\S\n]*)(?<dashes>(?:-(?:[^\S\n]+|$))*)/u.exec(line);
    at = lead?.[0].length ?? 0;
    const empty = line.slice(at).trim() === '' && (lead?.groups?.['dashes'] ?? '') === '';
    if (empty && !isLast) return null;
    if (line.startsWith('#', at)) return null;
    beginBlockLine(open, lead?.groups?.['space'] ?? '', lead?.groups?.['dashes'] ?? '');
    isValue = false;
  } else {
    at = /^\s*/u.exec(line)?.[0].length ?? 0;
    const top = open.at(-1);
    isValue = top?.kind === '[' || (top?.kind === '{' && top.key !== null);
  }
  return readTokens(line, at, open, isValue);
}

/** A key no deeper than the one behind which a bracket was opened: the bracket was never closed. */
function leaveForgottenBrackets(line: string, open: Open[]): void {
  const bracket = open.findIndex(({ kind }) => kind !== 'block');
  const owner = open[bracket - 1];
  const indent = /^(?<space>[ ]*)[A-Za-z][\w-]*:(?:\s|$)/u.exec(line)?.groups?.['space']?.length;
  if (owner && indent !== undefined && indent <= owner.indent) open.length = bracket;
}

/** Closes what a line's indentation ends and opens what its dashes begin. */
function beginBlockLine(open: Open[], space: string, dashes: string): void {
  let column = space.length;
  const isDash = dashes !== '';
  for (let top = open.at(-1); top; top = open.at(-1)) {
    // A list may stand as far left as the key that it belongs to.
    const ends = isDash && typeof top.key === 'string' ? top.indent > column : top.indent >= column;
    if (!ends || (isDash && typeof top.key === 'number' && top.indent === column)) break;
    open.pop();
  }
  for (const dash of dashes.match(/-\s*/gu) ?? []) {
    const top = open.at(-1);
    if (typeof top?.key === 'number' && top.indent === column) top.key++;
    else open.push({ kind: 'block', indent: column, key: 0 });
    column += dash.length;
  }
  open.push({ kind: 'block', indent: column, key: null });
}

/** Follows keys, values and brackets from `from` to the end of a line. */
function readTokens(line: string, from: number, open: Open[], startsAsValue: boolean): LineRead | null {
  let at = from;
  let what: Cursor['what'] = startsAsValue ? 'value' : 'key';
  let wordAt = from;
  let isDone = false;
  while (at < line.length) {
    const rest = line.slice(at);
    const top = open.at(-1);
    const character = line.charAt(at);
    const quoted = /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)/u.exec(rest)?.[0];
    if (quoted !== undefined && wordAt === at) {
      const isClosed = quoted.length > 1 && quoted.endsWith(character);
      if (!isClosed) return { what, wordAt: at + 1, quote: character === '"' ? '"' : "'" };
      at += quoted.length;
      isDone = true;
      const colon = /^\s*:/u.exec(line.slice(at));
      if (colon && top && what === 'key') {
        top.key = quoted.slice(1, -1);
        at += colon[0].length;
        what = 'value';
        wordAt = at + spaceAt(line, at);
        at = wordAt;
        isDone = false;
      }
    } else if (isCommentAt(line, at)) return null;
    else if (wordAt === at && (character === '{' || character === '[')) {
      open.push({ kind: character, indent: 0, key: character === '[' ? 0 : null });
      isDone = false;
      what = character === '[' ? 'value' : 'key';
      at++;
      wordAt = at = at + spaceAt(line, at);
    } else if ((character === '}' || character === ']') && top && top.kind !== 'block') {
      open.pop();
      isDone = true;
      what = 'value';
      at++;
      wordAt = at = at + spaceAt(line, at);
    } else if (character === ',' && top && top.kind !== 'block') {
      if (typeof top.key === 'number') top.key++;
      else top.key = null;
      what = top.kind === '[' ? 'value' : 'key';
      isDone = false;
      at++;
      wordAt = at = at + spaceAt(line, at);
    } else if (character === ':' && what === 'key' && top && /^:(?:\s|$|[,}\]])/u.test(rest)) {
      top.key = line.slice(wordAt, at).trim();
      what = 'value';
      at++;
      wordAt = at = at + spaceAt(line, at);
    } else at++;
  }
  return isDone ? null : { what, wordAt: Math.min(wordAt, line.length), quote: '' };
}

const spaceAt = (line: string, at: number): number => /^\s*/u.exec(line.slice(at))?.[0].length ?? 0;

const isCommentAt = (line: string, at: number): boolean =>
  line[at] === '#' && (at === 0 || /\s/u.test(line.charAt(at - 1)));
