import { InlayHintKind, type InlayHint, type Range } from 'vscode-languageserver-types';
import type { Path } from '../../../../sidecar/config/findings.ts';
import { extentOf, reach } from '../../../../sidecar/config/yamlTree.ts';
import type { Source } from '../source.ts';
import type { Surroundings } from '../surroundings.ts';
import { derivedValues } from './derived.ts';
import { estimates } from './estimates.ts';

/** Something that follows from the experiment, and where it is shown. */
export interface Derived {
  /** The first of these that is written down. */
  readonly paths: readonly Path[];
  readonly text: string;
  readonly explanation: string;
}

/** What follows from the settings, behind those that it follows from; none while something is wrong. */
export function inlayHints(source: Source, range: Range, surroundings: Surroundings): InlayHint[] {
  const { resolved } = source.checked;
  if (!resolved) return [];
  const [from, to] = [source.document.offsetAt(range.start), source.document.offsetAt(range.end)];
  const shown = new Map<number, { texts: string[]; explanations: string[] }>();
  for (const { paths, text, explanation } of [
    ...derivedValues(resolved),
    ...estimates(resolved, surroundings),
  ]) {
    const [at] = paths.flatMap((path) => endOf(source, path) ?? []);
    if (at === undefined || at < from || at > to) continue;
    const there = shown.get(at) ?? { texts: [], explanations: [] };
    there.texts.push(text);
    there.explanations.push(explanation);
    shown.set(at, there);
  }
  return [...shown].map(([offset, { texts, explanations }]) => ({
    position: source.document.positionAt(offset),
    label: texts.join(' · '),
    tooltip: explanations.join('\n\n'),
    kind: InlayHintKind.Type,
    paddingLeft: true,
  }));
}

/** Behind the value at `path`, behind the key for values of several lines; null where it is not written. */
function endOf(source: Source, path: Path): number | null {
  const { depth, node, entry } = reach(source.root, path);
  if (depth < path.length) return null;
  const value = extentOf(node);
  const isShort = value !== null && !source.text.slice(...value).includes('\n');
  return (isShort ? value : extentOf(entry?.key))?.[1] ?? null;
}
