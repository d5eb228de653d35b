import { env, l10n, window } from 'vscode';
import type { Comparison } from '../../sidecar/config/diff.ts';
import { differencesCsv, differencesMarkdown } from '../../sidecar/config/diffText.ts';
import type { App } from '../app.ts';
import { Failure } from '../failure.ts';

/** What can be done with the comparison that the tree shows. */

const shown = (app: App): Comparison => {
  if (app.differences.shown) return app.differences.shown;
  throw new Failure(
    l10n.t('Nothing is compared.'),
    l10n.t('Compare experiments first: "Distillery: Compare Experiment With…".'),
  );
};

async function copy(text: string): Promise<void> {
  await env.clipboard.writeText(text);
  window.setStatusBarMessage(l10n.t('Differences copied'), 3_000);
}

export const copyDifferencesAsMarkdown = (app: App): Promise<void> => copy(differencesMarkdown(shown(app)));

export const copyDifferencesAsCsv = (app: App): Promise<void> => copy(differencesCsv(shown(app)));

export function sortDifferencesByKind(app: App): Promise<void> {
  app.differences.sort('kind');
  return Promise.resolve();
}

export function sortDifferencesBySchema(app: App): Promise<void> {
  app.differences.sort('schema');
  return Promise.resolve();
}

export function closeComparison(app: App): Promise<void> {
  app.differences.show(null);
  return Promise.resolve();
}

/** @param path of a setting, from the tree */
export async function revealDifference(app: App, path?: unknown): Promise<void> {
  if (typeof path === 'string') await app.differences.shown?.reveal?.(path);
}
