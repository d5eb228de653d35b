import {
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import type { Comparison, Difference } from '../../sidecar/config/diff.ts';
import { cellText, idleText } from '../../sidecar/config/diffText.ts';
import { deltaText, type ResultDelta } from '../../sidecar/protocol/results.ts';
import { setContext } from '../contextKeys.ts';
import { releaseAll, type Releasable } from '../disposal.ts';

/** A comparison as the tree shows it. */
export interface ShownComparison extends Comparison {
  /** Results of two runs; empty for anything else. */
  readonly results: readonly ResultDelta[];
  /** Shows the two sides at a setting in the editor's diff; null where there are not two. */
  readonly reveal: ((path: string) => Promise<void>) | null;
}

type Order = 'schema' | 'kind';
type Item =
  | { readonly kind: 'group'; readonly label: string; readonly children: readonly Item[] }
  | { readonly kind: 'setting'; readonly difference: Difference }
  | { readonly kind: 'cell'; readonly label: string; readonly text: string }
  | { readonly kind: 'result'; readonly result: ResultDelta };

/** Settings in which experiments differ, and only these; beside them, for two runs, in what their results differ. */
export class DifferencesView implements TreeDataProvider<Item>, Disposable {
  readonly #changed = new EventEmitter<undefined>();
  readonly #view: TreeView<Item>;
  readonly #subscriptions: readonly Releasable[];
  #shown: ShownComparison | null = null;
  #order: Order = 'schema';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor() {
    this.#view = window.createTreeView('distillery.differences', { treeDataProvider: this });
    this.#subscriptions = [this.#view, this.#changed];
  }

  get shown(): ShownComparison | null {
    return this.#shown;
  }

  show(comparison: ShownComparison | null): void {
    this.#shown = comparison;
    setContext('distillery.hasComparison', comparison !== null);
    this.#view.description = comparison?.labels.join(' ↔ ') ?? '';
    this.#view.message =
      comparison?.differences.length === 0
        ? l10n.t('No difference in {0} settings.', comparison.settings)
        : '';
    this.#changed.fire(undefined);
  }

  sort(order: Order): void {
    this.#order = order;
    setContext('distillery.differencesByKind', order === 'kind');
    this.#changed.fire(undefined);
  }

  dispose(): void {
    releaseAll(this.#subscriptions);
  }

  getChildren(item?: Item): Item[] {
    const shown = this.#shown;
    if (!shown) return [];
    if (!item) return this.#groups(shown);
    switch (item.kind) {
      case 'group':
        return [...item.children];
      case 'setting':
        return item.difference.cells.map((cell, index) => ({
          kind: 'cell',
          label: shown.labels[index] ?? '',
          text: cell.ineffective === null ? cellText(cell) : `${cellText(cell)}, ${cell.ineffective}`,
        }));
      case 'cell':
      case 'result':
        return [];
    }
  }

  #groups({ differences, results }: ShownComparison): Item[] {
    const all = differences.map((difference): Item => ({ kind: 'setting', difference }));
    const of = (wanted: (difference: Difference) => boolean): Item[] =>
      all.filter((item) => item.kind === 'setting' && wanted(item.difference));
    const group = (label: string, children: readonly Item[]): Item[] =>
      children.length === 0 ? [] : [{ kind: 'group', label, children }];
    const settings =
      this.#order === 'schema'
        ? of(({ matters }) => matters)
        : (['changed', 'added', 'removed'] as const).flatMap((kind) =>
            group(
              kindWord(kind),
              of((each) => each.matters && each.kind === kind),
            ),
          );
    return [
      ...settings,
      ...group(
        l10n.t('cannot matter'),
        of(({ matters }) => !matters),
      ),
      ...group(
        l10n.t('results'),
        results.map((result) => ({ kind: 'result', result })),
      ),
    ];
  }

  getTreeItem(item: Item): TreeItem {
    switch (item.kind) {
      case 'group':
        return new TreeItem(item.label, TreeItemCollapsibleState.Expanded);
      case 'setting':
        return this.#settingItem(item.difference);
      case 'cell': {
        const node = new TreeItem(item.text);
        node.description = item.label;
        return node;
      }
      case 'result': {
        const node = new TreeItem(item.result.name);
        node.description = deltaText(item.result);
        node.iconPath = new ThemeIcon('graph-line');
        return node;
      }
    }
  }

  #settingItem(difference: Difference): TreeItem {
    const { path, kind, cells, matters } = difference;
    const node = new TreeItem(path, TreeItemCollapsibleState.Collapsed);
    node.id = `setting:${path}`;
    node.description = cells.map(cellText).join(cells.length === 2 ? ' → ' : ' | ');
    node.iconPath = matters ? iconOf(kind) : new ThemeIcon('circle-outline');
    node.tooltip = [kindWord(kind), idleText(difference)].filter((part) => part !== '').join(', ');
    node.accessibilityInformation = { label: `${path}, ${kindWord(kind)}, ${node.description}` };
    if (this.#shown?.reveal)
      node.command = {
        command: 'distillery.revealDifference',
        title: l10n.t('Show in the Diff Editor'),
        arguments: [path],
      };
    return node;
  }
}

function kindWord(kind: Difference['kind']): string {
  switch (kind) {
    case 'added':
      return l10n.t('added');
    case 'removed':
      return l10n.t('removed');
    case 'changed':
      return l10n.t('changed');
  }
}

function iconOf(kind: Difference['kind']): ThemeIcon {
  const color = {
    added: 'addedResourceForeground',
    removed: 'deletedResourceForeground',
    changed: 'modifiedResourceForeground',
  };
  const icon = { added: 'diff-added', removed: 'diff-removed', changed: 'diff-modified' };
  return new ThemeIcon(icon[kind], new ThemeColor(`gitDecoration.${color[kind]}`));
}
