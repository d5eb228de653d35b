import { mkdir } from 'node:fs/promises';
import { l10n, ProgressLocation, window } from 'vscode';
import type { App } from '../app.ts';
import { log } from '../log.ts';
import { runCli } from '../sidecar/cli.ts';
import { nativeFolder } from '../sidecar/program.ts';
import { assertTrusted } from '../trust.ts';

/** Puts a native backend into the extension's storage, when asked: it is large and comes from the network. */
export async function installNativeBackend(app: App): Promise<void> {
  assertTrusted();
  const picked = await window.showQuickPick(
    [
      {
        label: '@tensorflow/tfjs-node-gpu',
        description: l10n.t('TensorFlow with CUDA (Linux and Windows, x64)'),
        name: 'tfjs-node-gpu',
      },
      {
        label: '@tensorflow/tfjs-node',
        description: l10n.t('TensorFlow on the processor'),
        name: 'tfjs-node',
      },
      { label: 'webgpu', description: l10n.t('Dawn: any GPU with Vulkan, Metal or D3D12'), name: 'webgpu' },
      {
        label: 'sharp',
        description: l10n.t('Images decoded by native code, about twice as fast'),
        name: 'sharp',
      },
    ],
    {
      placeHolder: l10n.t(
        'Which backend? It is downloaded from the npm registry into the extension’s storage',
      ),
    },
  );
  if (!picked) return;
  const into = nativeFolder(app.context);
  await mkdir(into, { recursive: true });
  await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: l10n.t('Installing {0}', picked.label),
      cancellable: true,
    },
    (progress, token) =>
      runCli(app.context, ['native', 'install', picked.name, '--into', into], {
        cwd: into,
        token,
        onLine: (line) => {
          log().info(line);
          progress.report({ message: line.slice(0, 100) });
        },
      }),
  );
  await app.environmentView.examine();
  void window.showInformationMessage(
    l10n.t('{0} is installed. The Environment view says whether it works here.', picked.label),
  );
}
