import {
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  workspace,
  type Disposable,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import { releaseAll, type Releasable } from '../disposal.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { setContext } from '../contextKeys.ts';
import { can } from '../runs/pickRun.ts';
import type { RunsModel, SidecarState } from '../runs/runsModel.ts';
import {
  bestText,
  durationText,
  epochText,
  etaSeconds,
  runDescription,
  runTitle,
  statusIcon,
  statusWord,
} from '../runs/runText.ts';
import { setting } from '../settings.ts';

type Group = { readonly group: string; readonly runs: readonly RunSummary[] };
/** What a command gets when it is called on an item. */
export type RunItem = { readonly run: string };
type Item = Group | RunItem;

/** Numbers change many times a second; a tree need not. */
const REDRAW_EVERY_MS = 500;

/** All runs of the folder, grouped, the newest first, with what lives on top. */
export class RunsView implements TreeDataProvider<Item>, Disposable {
  readonly #model: RunsModel;
  readonly #changed = new EventEmitter<undefined>();
  readonly #view: TreeView<Item>;
  readonly #subscriptions: readonly Releasable[];
  #showHidden = false;
  #redraw: NodeJS.Timeout | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(model: RunsModel) {
    this.#model = model;
    this.#view = window.createTreeView('distillery.runs', { treeDataProvider: this, canSelectMany: true });
    this.#subscriptions = [
      this.#view,
      this.#changed,
      model.onDidChange(() => {
        this.#soon();
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('distillery.groupRuns')) this.#changed.fire(undefined);
      }),
      this.#view.onDidChangeSelection(({ selection }) => {
        const [first] = selection;
        if (first && 'run' in first) model.select(first.run);
      }),
    ];
    this.#describe();
  }

  setShowHidden(show: boolean): void {
    this.#showHidden = show;
    setContext('distillery.showHidden', show);
    this.#changed.fire(undefined);
  }

  dispose(): void {
    if (this.#redraw !== null) clearTimeout(this.#redraw);
    releaseAll(this.#subscriptions);
  }

  getChildren(item?: Item): Item[] {
    if (item) return 'group' in item ? item.runs.map(({ record }) => ({ run: record.id })) : [];
    const runs = this.#model.runs
      .filter(({ notes }) => this.#showHidden || !notes.hidden)
      .reverse()
      .sort((a, b) => rank(a) - rank(b));
    const by = setting('groupRuns');
    if (by === 'none') return runs.map(({ record }) => ({ run: record.id }));
    const groups = new Map<string, RunSummary[]>();
    for (const run of runs) {
      const name = by === 'status' ? statusGroup(run) : run.record.experiment.name;
      groups.set(name, [...(groups.get(name) ?? []), run]);
    }
    return [...groups].map(([group, members]) => ({ group, runs: members }));
  }

  getTreeItem(item: Item): TreeItem {
    if ('group' in item) {
      const node = new TreeItem(item.group, TreeItemCollapsibleState.Expanded);
      node.id = `group:${item.group}`;
      node.description = String(item.runs.length);
      node.contextValue = 'group';
      return node;
    }
    const run = this.#model.get(item.run);
    const node = new TreeItem(run ? runTitle(run) : item.run);
    node.id = item.run;
    if (!run) return node;
    const pulse = this.#model.pulse(item.run);
    node.description = runDescription(run, pulse);
    node.iconPath = isKnownNow(this.#model.state) ? statusIcon(run) : iconOfOldNews(run);
    node.contextValue = contextValue(run);
    node.command = {
      command: 'distillery.openDashboard',
      title: l10n.t('Open Dashboard'),
      arguments: [item],
    };
    node.tooltip = tooltip(run, etaSeconds(run, pulse), pulse?.newestWall ?? null);
    node.accessibilityInformation = {
      label: `${runTitle(run)}, ${statusWord(run)}, ${runDescription(run, null)}`,
    };
    return node;
  }

  #soon(): void {
    this.#redraw ??= setTimeout(() => {
      this.#redraw = null;
      this.#changed.fire(undefined);
      this.#describe();
    }, REDRAW_EVERY_MS);
  }

  /** Badge, message and context keys: all that is said about the runs as a whole. */
  #describe(): void {
    const { runs, state } = this.#model;
    const live = runs.filter(({ liveness }) => liveness === 'live').length;
    this.#view.badge =
      live === 0 || state.kind === 'off'
        ? undefined
        : { value: live, tooltip: live === 1 ? l10n.t('1 run is live') : l10n.t('{0} runs are live', live) };
    this.#view.message =
      state.kind === 'waiting'
        ? l10n.t(
            'The sidecar does not answer; connecting again. What is shown is as of {0}.',
            timeText(state.since),
          )
        : state.kind === 'off' && state.since !== null && runs.length > 0
          ? l10n.t(
              'The sidecar is stopped; the next command starts it. What is shown is as of {0}.',
              timeText(state.since),
            )
          : state.kind === 'failed'
            ? `${state.message} ${state.next}`
            : '';
    setContext('distillery.sidecar', state.kind === 'waiting' ? 'connecting' : state.kind);
    setContext('distillery.hasRuns', runs.length > 0);
    setContext('distillery.canPause', runs.some(can.pause));
    setContext('distillery.canResume', runs.some(can.resume));
    setContext('distillery.canStop', runs.some(can.stop));
    setContext('distillery.canDelete', runs.some(can.delete));
    setContext('distillery.canCheckpoint', runs.some(can.checkpoint));
    setContext('distillery.canPin', runs.some(can.pin));
    setContext('distillery.canUnpin', runs.some(can.unpin));
    setContext('distillery.canHide', runs.some(can.hide));
    setContext('distillery.canCompare', runs.length > 1);
    setContext('distillery.hasCheckpoints', runs.some(can.export));
    setContext('distillery.hasHidden', runs.some(can.unhide));
  }
}

/** While a link is being made, what is shown is hardly old. */
const isKnownNow = ({ kind }: SidecarState): boolean => kind === 'connected' || kind === 'connecting';

/** Nothing moves that nobody watches. */
const iconOfOldNews = (run: RunSummary): ThemeIcon =>
  run.liveness === 'live' || run.liveness === 'queued' ? new ThemeIcon('debug-disconnect') : statusIcon(run);

const timeText = (milliseconds: number): string => new Date(milliseconds).toLocaleTimeString();

/** What lives, then what waits, then what ended. */
function rank({ liveness, notes }: RunSummary): number {
  if (liveness === 'live') return 0;
  if (liveness === 'queued') return 1;
  if (liveness === 'lost') return 2;
  return notes.pinned ? 3 : 4;
}

function statusGroup(run: RunSummary): string {
  switch (run.liveness) {
    case 'live':
      return l10n.t('Live');
    case 'queued':
      return l10n.t('Queued');
    case 'lost':
      return l10n.t('Lost');
    case 'ended':
      return l10n.t('Ended');
  }
}

/** Words that when-clauses look for: what can be done, and how it stands. */
function contextValue(run: RunSummary): string {
  const possible = (['pause', 'resume', 'stop', 'checkpoint', 'delete', 'export'] as const).filter((name) =>
    can[name](run),
  );
  const { pinned, hidden } = run.notes;
  return ['run', ...possible, pinned ? 'pinned' : 'unpinned', hidden ? 'hidden' : 'shown'].join(' ');
}

function tooltip(run: RunSummary, eta: number | null, newestWall: number | null): MarkdownString {
  const { record, notes, problems, beatAge } = run;
  const text = new MarkdownString();
  const line = (label: string, value: string | null): void => {
    if (value !== null && value !== '') text.appendText(`${label}: ${value}`).appendMarkdown('  \n');
  };
  line(l10n.t('Run'), record.id);
  line(l10n.t('Status'), statusWord(run));
  line(l10n.t('Stage'), record.stage);
  line(l10n.t('Epoch'), epochText(run));
  line(l10n.t('Best'), bestText(run));
  line(l10n.t('Time left'), eta === null ? null : durationText(eta));
  line(
    l10n.t('Last sign of life'),
    run.liveness === 'ended' || beatAge === null ? null : l10n.t('{0} ago', durationText(beatAge)),
  );
  line(
    l10n.t('Newest number'),
    newestWall === null || run.liveness !== 'live'
      ? null
      : l10n.t('{0} ago', durationText(Math.max(0, Date.now() / 1000 - newestWall))),
  );
  line(
    l10n.t('Collapsed'),
    record.collapsed &&
      l10n.t('{0}, step {1}, {2}', record.collapsed.role, record.collapsed.step, record.collapsed.reason),
  );
  line(l10n.t('Error'), record.error && `${record.error.message} ${record.error.next ?? ''}`);
  for (const problem of problems) line(l10n.t('Problem'), problem);
  line(l10n.t('Note'), notes.note);
  return text;
}
