import { TabInputWebview, window, type Tab, type ViewColumn } from 'vscode';
import { releaseAll, type Releasable } from '../disposal.ts';

/** A restored panel is given to us as soon as it is shown; one that is not, by then, has lost its host. */
const ADOPTION_MS = 2_000;

/**
 * Finds dashboards whose extension host has died: the editor starts another host, but gives it no panel that lives, so such a
 * page could never connect again.
 */
export function watchOrphans(
  viewType: string,
  isOurs: () => boolean,
  replace: (column: ViewColumn) => void,
): Releasable {
  let timer: NodeJS.Timeout | null = null;
  const look = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      const orphan = window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .find((tab) => tab.isActive && isDashboard(tab, viewType));
      if (!orphan || isOurs()) return;
      const { viewColumn } = orphan.group;
      void window.tabGroups.close(orphan, true).then(() => {
        replace(viewColumn);
      });
    }, ADOPTION_MS);
  };
  look();
  const subscriptions = [window.tabGroups.onDidChangeTabs(look), window.tabGroups.onDidChangeTabGroups(look)];
  return {
    dispose: () => {
      if (timer !== null) clearTimeout(timer);
      releaseAll(subscriptions);
    },
  };
}

/** The editor puts a prefix of its own before the type. */
const isDashboard = ({ input }: Tab, viewType: string): boolean =>
  input instanceof TabInputWebview && input.viewType.endsWith(viewType);
