import type { ExtensionContext } from 'vscode';
import type { DifferencesView } from './compare/differencesView.ts';
import type { RunsModel } from './runs/runsModel.ts';
import type { Sidecar } from './sidecar/sidecar.ts';
import type { RunsView } from './views/runsView.ts';
import type { EnvironmentView } from './views/environmentView.ts';
import type { Dashboards } from './dashboard/dashboards.ts';
import type { VirtualDocuments } from './language/virtualDocuments.ts';

/** What commands work with. Made once, in extension.ts. */
export interface App {
  readonly context: ExtensionContext;
  readonly model: RunsModel;
  readonly sidecar: Sidecar;
  readonly dashboards: Dashboards;
  readonly documents: VirtualDocuments;
  readonly differences: DifferencesView;
  readonly runsView: RunsView;
  readonly environmentView: EnvironmentView;
}
