import { l10n, ProgressLocation, window, type CancellationToken } from 'vscode';
import { z } from 'zod';
import type { DoctorReport } from '../../sidecar/protocol/doctorReport.ts';
import type { App } from '../app.ts';
import { log } from '../log.ts';
import { runCli } from '../sidecar/cli.ts';
import { assertTrusted } from '../trust.ts';
import { isDatasetEntry } from '../views/environmentView.ts';

type Known = DoctorReport['datasets'][string];

/** Downloads an official data set from its authors; cancelled, it goes on from there the next time. @param argument its name or entry */
export async function downloadData(app: App, argument?: unknown): Promise<void> {
  assertTrusted();
  const name = await chosen(app, argument, l10n.t('Which data set should be downloaded?'), (set) =>
    set.downloadBytes === null || set.available ? null : megabytes(set.downloadBytes),
  );
  if (name === null) return;
  await told(app, l10n.t('Downloading {0}', name), ['data', 'download', name]);
  await app.environmentView.examine();
}

/** Notes where a data set lies already. @param argument its name or entry */
export async function addData(app: App, argument?: unknown): Promise<void> {
  assertTrusted();
  const name = await chosen(app, argument, l10n.t('Which data set do you have?'), (set) =>
    set.downloadBytes === null ? null : set.detail,
  );
  if (name === null) return;
  const [folder] =
    (await window.showOpenDialog({
      title: l10n.t('The folder of {0}: its official archive, unpacked or not', name),
      openLabel: l10n.t('Add Folder'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!folder) return;
  const cwd = app.context.globalStorageUri.fsPath;
  const said = await runCli(app.context, ['data', 'add', name, folder.fsPath], { cwd });
  await app.environmentView.examine();
  void window.showInformationMessage(said.trim());
}

/** Reads a data set wholly: digests, sizes, labels, every image. @param argument its name or entry */
export async function checkData(app: App, argument?: unknown): Promise<void> {
  assertTrusted();
  const name = await chosen(app, argument, l10n.t('Which data set should be checked?'), (set) =>
    set.available ? set.detail : null,
  );
  if (name === null) return;
  await told(app, l10n.t('Checking {0}', name), ['data', 'check', name]);
}

/** What the argument names, else what the user picks. @param describe null leaves a set out */
async function chosen(
  app: App,
  argument: unknown,
  placeHolder: string,
  describe: (set: Known) => string | null,
): Promise<string | null> {
  if (typeof argument === 'string') return argument;
  if (isDatasetEntry(argument)) return argument.dataset;
  const { datasets } = app.environmentView.report ?? (await app.environmentView.examine());
  const items = Object.entries(datasets).flatMap(([name, set]) => {
    const description = name === 'synthetic' ? null : describe(set);
    return description === null ? [] : [{ label: set.title, description, name }];
  });
  return (await window.showQuickPick(items, { placeHolder }))?.name ?? null;
}

const event = z.discriminatedUnion('event', [
  z.object({ event: z.literal('progress'), what: z.string(), done: z.number(), total: z.number() }),
  z.object({ event: z.literal('end'), lines: z.array(z.string()) }),
]);

/** Runs something long with its progress in a notification that can cancel it, and shows its last line. */
async function told(app: App, title: string, args: readonly string[]): Promise<void> {
  const cwd = app.context.globalStorageUri.fsPath;
  let last = '';
  await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    (progress, token: CancellationToken) => {
      let percent = 0;
      return runCli(app.context, [...args, '--json'], {
        cwd,
        token,
        onLine: (line) => {
          const said = event.parse(JSON.parse(line));
          switch (said.event) {
            case 'progress': {
              const now = (100 * said.done) / said.total;
              // What comes next, like unpacking, begins anew.
              progress.report({
                increment: Math.max(0, now - percent),
                message: `${doing(said.what)} ${Math.floor(now)} %`,
              });
              percent = now;
              break;
            }
            case 'end':
              last = said.lines.join(' ');
              log().info(last);
              break;
          }
        },
      });
    },
  );
  void window.showInformationMessage(last);
}

function doing(what: string): string {
  switch (what) {
    case 'downloading':
      return l10n.t('downloading');
    case 'unpacking':
      return l10n.t('unpacking');
    case 'decoding':
      return l10n.t('decoding');
    default:
      return what;
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
