import { l10n, window } from 'vscode';
import type { App } from '../app.ts';
import { runTitle } from '../runs/runText.ts';
import { assertTrusted } from '../trust.ts';

/** Trainers that live but give no sign of life: listed, and adopted or ended only when the user says so. */
export async function showUnresponsive(app: App): Promise<void> {
  assertTrusted();
  const link = await app.sidecar.link();
  const { survivors } = await link.request('system/survivors', {});
  if (survivors.length === 0) {
    void window.showInformationMessage(l10n.t('Every trainer that lives gives signs of life.'));
    return;
  }
  const picked = await window.showQuickPick(
    survivors.map((survivor) => {
      const run = app.model.get(survivor.run);
      return {
        label: run ? runTitle(run) : survivor.run,
        description: l10n.t(
          'process {0}, no sign of life for {1} s',
          survivor.pid,
          Math.round(survivor.beatAge),
        ),
        detail: survivor.run,
        survivor,
      };
    }),
    { placeHolder: l10n.t('Trainers without a sign of life') },
  );
  if (!picked) return;
  const { run, pid } = picked.survivor;
  const adopt = l10n.t('Adopt: Go On From Its Checkpoint');
  const end = l10n.t('End the Process');
  const answer = await window.showWarningMessage(
    l10n.t('What should happen to "{0}"?', picked.label),
    {
      modal: true,
      detail: l10n.t(
        'Adopting starts a new trainer from the newest checkpoint; the old one ends itself when it wakes up.',
      ),
    },
    adopt,
    end,
  );
  if (answer === adopt) await link.request('runs/resume', { run });
  if (answer === end) {
    const { how } = await link.request('system/endSurvivor', { run, pid }, { deadlineMs: 60_000 });
    void window.showInformationMessage(l10n.t('Process {0}: {1}.', pid, how));
  }
}
