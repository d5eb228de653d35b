import type { Node } from 'yaml';
import { pathText, show, RULES, type Complaint, type Finding } from './findings.ts';
import { applyOverride } from './overrides.ts';
import { isRecord } from './records.ts';
import { parseTree, placeOf, type Extent, type YamlTree } from './yamlTree.ts';

export { isRecord } from './records.ts';

/** An experiment file as read: its data, and where each part of it stands. JSON is read as the YAML it is. */
export class ExperimentDocument {
  readonly #tree: YamlTree;
  readonly #overrides = new Map<string, string>();
  /** What is wrong with the text itself, with its override where that is at fault. */
  readonly problems: readonly Complaint[];
  /** Plain data, overrides applied; null where the text has none that could be checked. */
  readonly data: Readonly<Record<string, unknown>> | null;

  /** @param overrides `path=value`, values read as YAML */
  constructor(
    readonly file: string,
    readonly text: string,
    overrides: readonly string[] = [],
  ) {
    this.#tree = parseTree(text);
    const problems = [...this.#tree.problems];
    let data: unknown = null;
    // A key written twice leaves a document that can be read; the last one counts.
    if (problems.every(({ code }) => code === 'duplicateKey')) {
      data = this.#plain(problems);
      if (isRecord(data))
        for (const override of overrides) {
          const set = applyOverride(data, override);
          if ('complaint' in set) problems.push({ ...set.complaint, override });
          else this.#overrides.set(set.path, override);
        }
      else if (problems.length === 0)
        problems.push({
          code: 'notAMap',
          path: [],
          message: 'The experiment is not a map of settings.',
          expected: 'keys such as dataset, models and method',
          got: data,
        });
    }
    this.problems = problems;
    this.data = isRecord(data) ? data : null;
  }

  /** The tree of what is written down, overrides left out. */
  get root(): Node | null {
    return this.#tree.document.contents;
  }

  /** Dotted paths that `--set` has set. */
  get overridden(): readonly string[] {
    return [...this.#overrides.keys()];
  }

  /** What a complaint is about, in the text. */
  extent({ place, path, atKey }: Complaint): Extent {
    return place ?? placeOf(this.root, path, atKey ?? false);
  }

  /** Gives a complaint its place: the file's lines and columns, or the override that set the value. */
  locate(complaint: Complaint): Finding {
    const override = complaint.override ?? this.#overrideOf(complaint);
    const at = (offset: number) => {
      const { line, col } = this.#tree.lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    };
    const [from, to] = override === undefined ? this.extent(complaint) : [0, 0];
    const [start, end] = [at(from), at(to)];
    return {
      code: complaint.code,
      severity: RULES[complaint.code],
      file: override === undefined ? this.file : `--set ${override}`,
      ...start,
      endLine: end.line,
      endColumn: end.column,
      path: pathText(complaint.path),
      message: complaint.message,
      expected: complaint.expected,
      got: show(complaint.got),
      suggestion: complaint.suggestion ?? null,
    };
  }

  #overrideOf({ path }: Complaint): string | undefined {
    const text = pathText(path);
    for (const [set, override] of this.#overrides)
      if (text === set || text.startsWith(`${set}.`)) return override;
    return undefined;
  }

  /** The document as plain data, undefined where it has none; aliases that lead nowhere, too far or in a circle are problems at their place. */
  #plain(problems: Complaint[]): unknown {
    try {
      const data: unknown = this.#tree.document.toJS({ maxAliasCount: 100 });
      // Throws where an anchor contains itself.
      JSON.stringify(data);
      return data;
    } catch (error) {
      const message =
        error instanceof Error ? (error.message.split('\n', 1)[0] ?? error.message) : String(error);
      const alias = /(?<=[\s[{:,-])\*[^\s,[\]{}]+/u.exec(this.text);
      const from = alias?.index ?? 0;
      problems.push({
        code: 'yamlSyntax',
        path: [],
        message,
        expected: 'aliases of anchors that stand before them, and not inside themselves',
        place: [from, from + (alias?.[0].length ?? 0)],
      });
      return undefined;
    }
  }
}
