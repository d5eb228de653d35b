import {
  EventEmitter,
  l10n,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  window,
  workspace,
  type Disposable,
  type ExtensionContext,
  type TreeDataProvider,
  type TreeView,
} from 'vscode';
import { releaseAll, type Releasable } from '../disposal.ts';
import type { DoctorReport } from '../../sidecar/protocol/doctorReport.ts';
import { remember, tellError } from '../log.ts';
import { setting } from '../settings.ts';

interface Entry {
  readonly label: string;
  readonly description?: string;
  readonly icon?: ThemeIcon;
  readonly tooltip?: string;
  readonly children?: readonly Entry[];
  /** What the menu offers for it. */
  readonly context?: string;
  /** The name of the data set that it is about. */
  readonly dataset?: string;
}

/** Whether a command was called on a data set of this view. */
export const isDatasetEntry = (argument: unknown): argument is { readonly dataset: string } =>
  typeof argument === 'object' &&
  argument !== null &&
  'dataset' in argument &&
  typeof argument.dataset === 'string';

/** What this machine has: backends and why others do not work, processor, memory, data sets. */
export class EnvironmentView implements TreeDataProvider<Entry>, Disposable {
  readonly #context: ExtensionContext;
  readonly #changed = new EventEmitter<undefined>();
  readonly #view: TreeView<Entry>;
  readonly #subscriptions: readonly Releasable[];
  #report: DoctorReport | null = null;
  #running: Promise<DoctorReport> | null = null;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(context: ExtensionContext) {
    this.#context = context;
    this.#view = window.createTreeView('distillery.environment', { treeDataProvider: this });
    const lookOnce = (): void => {
      if (this.#view.visible && this.#report === null && workspace.isTrusted) this.examine().catch(tellError);
    };
    this.#subscriptions = [
      this.#view,
      this.#changed,
      this.#view.onDidChangeVisibility(lookOnce),
      workspace.onDidGrantWorkspaceTrust(lookOnce),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('distillery.backend')) this.#changed.fire(undefined);
      }),
    ];
  }

  get report(): DoctorReport | null {
    return this.#report;
  }

  /** Asks the sidecar's doctor again; several who ask at once get one answer. */
  async examine(): Promise<DoctorReport> {
    this.#running ??= this.#examine().finally(() => {
      this.#running = null;
    });
    return await this.#running;
  }

  dispose(): void {
    releaseAll(this.#subscriptions);
  }

  getChildren(entry?: Entry): Entry[] {
    if (entry) return [...(entry.children ?? [])];
    return this.#report ? entriesOf(this.#report) : [];
  }

  getTreeItem({ label, description, icon, tooltip, children, context }: Entry): TreeItem {
    const node = new TreeItem(
      label,
      children ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
    );
    if (description !== undefined) node.description = description;
    if (icon) node.iconPath = icon;
    if (context !== undefined) node.contextValue = context;
    node.tooltip = tooltip ?? description ?? label;
    return node;
  }

  async #examine(): Promise<DoctorReport> {
    this.#view.message = l10n.t('Examining this machine …');
    try {
      const [{ runCli }, { doctorReportSchema }] = await Promise.all([
        import('../sidecar/cli.ts'),
        import('../../sidecar/protocol/doctorReport.ts'),
      ]);
      const cwd = this.#context.globalStorageUri.fsPath;
      const text = await runCli(this.#context, ['doctor', '--quick', '--json'], { cwd, accept: [0, 1] });
      this.#report = doctorReportSchema.parse(JSON.parse(text));
      this.#changed.fire(undefined);
      this.#view.message = '';
      return this.#report;
    } catch (error) {
      remember(error);
      this.#view.message = l10n.t('This machine could not be examined; the log says why.');
      throw error;
    }
  }
}

function entriesOf(report: DoctorReport): Entry[] {
  const wanted = setting('backend');
  return [
    {
      label: l10n.t('Backends'),
      icon: new ThemeIcon('circuit-board'),
      description:
        wanted === 'experiment'
          ? l10n.t('auto takes {0}', report.choice ?? '—')
          : l10n.t('new runs ask for {0}', wanted),
      children: report.backends.map((backend): Entry =>
        backend.usable
          ? {
              label: backend.name,
              description: backend.device,
              tooltip: backend.version,
              icon: new ThemeIcon(
                backend.name === report.choice ? 'pass-filled' : 'pass',
                new ThemeColor('testing.iconPassed'),
              ),
            }
          : {
              label: backend.name,
              description: l10n.t('not usable'),
              tooltip: backend.reason,
              icon: new ThemeIcon('circle-slash'),
            },
      ),
    },
    {
      label: l10n.t('Machine'),
      icon: new ThemeIcon('server'),
      description: report.platform,
      children: [
        {
          label: report.processor,
          description: l10n.t('{0} cores', report.cores),
          icon: new ThemeIcon('chip'),
        },
        {
          label: l10n.t('Memory'),
          description: `${(report.memoryBytes.total / 2 ** 30).toFixed(1)} GiB`,
          icon: new ThemeIcon('database'),
        },
        { label: 'Node', description: report.node, icon: new ThemeIcon('versions') },
      ],
    },
    {
      label: l10n.t('Data sets'),
      icon: new ThemeIcon('library'),
      children: Object.entries(report.datasets).map(datasetEntry),
    },
  ];
}

type Datasets = DoctorReport['datasets'];

function datasetEntry([name, { title, available, detail, bytes, downloadBytes }]: [
  string,
  Datasets[string],
]): Entry {
  const size = (of: number): string => `${(of / 1e6).toFixed(0)} MB`;
  const isMade = available && bytes === 0;
  return {
    label: title,
    description: available
      ? isMade
        ? detail
        : `${size(bytes)} · ${detail}`
      : downloadBytes === null
        ? l10n.t('missing')
        : l10n.t('missing · a download of {0}', size(downloadBytes)),
    tooltip: detail,
    icon: new ThemeIcon(available ? 'pass' : 'circle-slash'),
    dataset: name,
    context: [
      'dataset',
      available ? 'available' : 'missing',
      ...(isMade ? ['made'] : []),
      ...(downloadBytes === null ? [] : ['offered']),
    ].join(' '),
  };
}
