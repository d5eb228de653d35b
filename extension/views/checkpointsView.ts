import {
  EventEmitter,
  l10n,
  ThemeIcon,
  TreeItem,
  window,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import { releaseAll, type Releasable } from '../disposal.ts';
import { remember } from '../log.ts';
import { checkpointText, type CheckpointInfo } from '../runs/checkpointText.ts';
import type { RunsModel } from '../runs/runsModel.ts';
import { runTitle } from '../runs/runText.ts';
import type { Sidecar } from '../sidecar/sidecar.ts';

/** What a command gets when it is called on an item. */
export interface CheckpointItem {
  readonly run: string;
  readonly step: number;
  readonly info: CheckpointInfo;
}

/** Checkpoints of the selected run, the newest first. */
export class CheckpointsView implements TreeDataProvider<CheckpointItem>, Disposable {
  readonly #model: RunsModel;
  readonly #sidecar: Sidecar;
  readonly #changed = new EventEmitter<undefined>();
  readonly #view: TreeView<CheckpointItem>;
  readonly #subscriptions: readonly Releasable[];
  /** What the list shows: asked again when it changes. */
  #shown = '';

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(model: RunsModel, sidecar: Sidecar) {
    this.#model = model;
    this.#sidecar = sidecar;
    this.#view = window.createTreeView('distillery.checkpoints', {
      treeDataProvider: this,
      canSelectMany: true,
    });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      model.onDidChange(() => {
        const run = model.selected;
        // A beat changes nothing here; a step may have brought a checkpoint.
        const key = run ? `${run.record.id} ${run.record.step} ${run.record.status}` : '';
        if (key === this.#shown) return;
        this.#shown = key;
        this.#view.description = run ? runTitle(run) : '';
        if (this.#view.visible) this.#changed.fire(undefined);
      }),
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) this.#changed.fire(undefined);
      }),
    ];
  }

  dispose(): void {
    releaseAll(this.#subscriptions);
  }

  async getChildren(item?: CheckpointItem): Promise<CheckpointItem[]> {
    const run = this.#model.selected?.record.id;
    const link = this.#sidecar.current;
    if (item || run === undefined || !link) return [];
    try {
      const { checkpoints } = await link.request('runs/show', { run });
      return checkpoints.map((info) => ({ run, step: info.step, info })).reverse();
    } catch (error) {
      remember(error);
      return [];
    }
  }

  getTreeItem({ run, step, info }: CheckpointItem): TreeItem {
    const summary = this.#model.get(run);
    const text = summary
      ? checkpointText(info, summary)
      : { label: l10n.t('step {0}', step), description: '' };
    const node = new TreeItem(text.label);
    node.id = `${run}/${step}`;
    node.description = text.description;
    node.iconPath = new ThemeIcon(summary?.record.best?.step === step ? 'star-full' : 'save');
    node.contextValue = 'checkpoint';
    node.tooltip = info.path;
    return node;
  }
}
