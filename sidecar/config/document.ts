import { LineCounter, parse, parseDocument, type Document, isMap, isPair, isScalar } from 'yaml';
import { pathText, show, RULES, type Complaint, type Finding, type Path } from './findings.ts';

/** An experiment file as read: its data, and where each part of it stands. JSON is read as the YAML it is. */
export class ExperimentDocument {
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  readonly #overrides = new Map<string, string>();
  readonly syntax: readonly Finding[];
  /** Plain data, overrides applied. */
  readonly data: unknown;

  /** @param overrides `path=value`, values read as YAML */
  constructor(
    readonly file: string,
    readonly text: string,
    overrides: readonly string[] = [],
  ) {
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
      maxAliasCount: 100,
    } as Parameters<typeof parseDocument>[1]);
    const problems: Finding[] = this.#document.errors.map((error) =>
      this.#finding(
        {
          code: error.code === 'DUPLICATE_KEY' ? 'duplicateKey' : 'yamlSyntax',
          path: [],
          message: error.message,
          expected: error.code === 'DUPLICATE_KEY' ? 'each key once' : 'valid YAML',
        },
        error.pos[0],
      ),
    );
    let data: unknown = null;
    if (problems.length === 0) {
      data = this.#plain(problems);
      if (data !== undefined && !isRecord(data)) {
        problems.push(
          this.#finding(
            {
              code: 'notAMap',
              path: [],
              message: 'The experiment is not a map of settings.',
              expected: 'keys such as dataset, models and method',
              got: data,
            },
            0,
          ),
        );
      } else if (isRecord(data))
        for (const override of overrides) {
          const complaint = this.#override(data, override);
          if (complaint) problems.push(complaint);
        }
    }
    this.syntax = problems;
    this.data = data;
  }

  /** Dotted paths that `--set` has set. */
  get overridden(): readonly string[] {
    return [...this.#overrides.keys()];
  }

  /** Gives a complaint its place: the file's line and column, or the override that set the value. */
  locate(complaint: Complaint): Finding {
    const text = pathText(complaint.path);
    for (const [path, override] of this.#overrides)
      if (text === path || text.startsWith(`${path}.`))
        return { ...this.#finding(complaint, 0), file: `--set ${override}`, line: 1, column: 1 };
    return this.#finding(complaint, this.#offset(complaint.path, complaint.atKey ?? false));
  }

  /** The document as plain data, undefined where it has none; aliases that lead nowhere, too far or in a circle are problems at their place. */
  #plain(problems: Finding[]): unknown {
    try {
      const data: unknown = this.#document.toJS({ maxAliasCount: 100 });
      // Throws where an anchor contains itself.
      JSON.stringify(data);
      return data;
    } catch (error) {
      const message =
        error instanceof Error ? (error.message.split('\n', 1)[0] ?? error.message) : String(error);
      const alias = this.text.search(/(?<=[\s[{:,-])\*[^\s,\]}]/u);
      const expected = 'aliases of anchors that stand before them, and not inside themselves';
      problems.push(this.#finding({ code: 'yamlSyntax', path: [], message, expected }, Math.max(0, alias)));
      return undefined;
    }
  }

  #finding(complaint: Complaint, offset: number): Finding {
    const { line, col } = this.#lines.linePos(offset);
    return {
      code: complaint.code,
      severity: RULES[complaint.code],
      file: this.file,
      line: Math.max(1, line),
      column: Math.max(1, col),
      path: pathText(complaint.path),
      message: complaint.message,
      expected: complaint.expected,
      got: show(complaint.got),
      suggestion: complaint.suggestion ?? null,
    };
  }

  /** Start of the value at `path`, of its key, or of the nearest ancestor that is written down. */
  #offset(path: Path, atKey: boolean): number {
    let node: unknown = this.#document.contents;
    let offset = 0;
    for (const [depth, segment] of path.entries()) {
      if (isMap(node)) {
        const pair = node.items.find(
          (item) => isScalar(item.key) && String(item.key.value) === String(segment),
        );
        if (!isPair(pair) || !isScalar(pair.key)) return offset;
        offset = pair.key.range?.[0] ?? offset;
        node = pair.value;
        const last = depth === path.length - 1;
        if (last && !atKey) offset = rangeStart(node) ?? offset;
      } else if (isSequence(node) && typeof segment === 'number') {
        node = node.items[segment];
        offset = rangeStart(node) ?? offset;
      } else return offset;
    }
    return offset;
  }

  #override(data: Record<string, unknown>, override: string): Finding | null {
    const at = override.indexOf('=');
    const path = override.slice(0, at);
    const wrong = (message: string, expected: string): Finding => ({
      ...this.#finding({ code: 'badOverride', path: [path], message, expected, got: override }, 0),
      file: `--set ${override}`,
      line: 1,
      column: 1,
    });
    if (at < 1)
      return wrong(`--set ${override} has no path and value.`, 'path=value, for example training.epochs=5');
    let value: unknown;
    try {
      value = parse(override.slice(at + 1));
    } catch (error) {
      return wrong(`The value of --set ${path} is not YAML: ${(error as Error).message}`, 'a YAML value');
    }
    const keys = path.split('.');
    const forbidden = keys.find((key) => key === '' || FORBIDDEN_KEYS.includes(key));
    if (forbidden !== undefined)
      return wrong(`--set ${path} names no setting.`, 'a path such as training.epochs');
    const last = keys.pop() ?? '';
    let target: unknown = data;
    for (const key of keys) {
      if (Array.isArray(target)) target = target[Number(key)] as unknown;
      else if (isRecord(target)) target = Object.hasOwn(target, key) ? target[key] : (target[key] = {});
      else return wrong(`--set ${path} goes through a value that is not a map.`, 'a path through maps');
    }
    if (Array.isArray(target)) {
      const index = Number(last);
      if (!Number.isInteger(index) || index < 0 || index > target.length)
        return wrong(
          `--set ${path} is no place in a list of ${target.length}.`,
          `an index from 0 to ${target.length}`,
        );
      target[index] = value;
    } else if (isRecord(target)) target[last] = value;
    else return wrong(`--set ${path} goes through a value that is not a map.`, 'a path through maps');
    this.#overrides.set(path, override);
    return null;
  }
}

/** Keys that reach into the language instead of the experiment. */
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSequence = (node: unknown): node is { items: unknown[] } =>
  typeof node === 'object' && node !== null && 'items' in node && !isMap(node);

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node as { range?: readonly number[] | null };
  return range?.[0];
}
