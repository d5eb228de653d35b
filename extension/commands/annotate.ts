import { l10n, window } from 'vscode';
import type { RequestParams } from '../../sidecar/protocol/messages.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { App } from '../app.ts';
import { can, pickRun, type Fits } from '../runs/pickRun.ts';
import { runTitle } from '../runs/runText.ts';
import { assertTrusted } from '../trust.ts';
import type { Handler } from './table.ts';

type Changes = RequestParams<'runs/annotate'>['changes'];

/** Commands that change what people say about a run. `edit` gives undefined when the user changes their mind. */
function annotating(
  fits: Fits,
  ask: () => string,
  edit: (run: RunSummary) => Promise<Changes | undefined> | Changes,
): Handler {
  return async (app: App, argument) => {
    assertTrusted();
    const run = await pickRun(app, argument, fits, ask());
    const changes = run && (await edit(run));
    if (!run || !changes) return;
    const link = await app.sidecar.link();
    await link.request('runs/annotate', { run: run.record.id, changes });
  };
}

export const rename = annotating(
  can.always,
  () => l10n.t('Rename which run?'),
  async (run) => {
    const name = await window.showInputBox({
      title: l10n.t('Rename {0}', runTitle(run)),
      prompt: l10n.t('Shown instead of what the run is; empty: that again'),
      value: run.notes.name ?? '',
      validateInput: (typed) => (typed.length > 200 ? l10n.t('At most {0} characters.', 200) : null),
    });
    if (name === undefined) return undefined;
    return { name: name.trim() === '' ? null : name.trim() };
  },
);

export const addNote = annotating(
  can.always,
  () => l10n.t('Add a note to which run?'),
  async (run) => {
    const note = await window.showInputBox({
      title: l10n.t('Note on {0}', runTitle(run)),
      prompt: l10n.t('Markdown; empty removes it'),
      value: run.notes.note,
    });
    return note === undefined ? undefined : { note };
  },
);

export const tag = annotating(
  can.always,
  () => l10n.t('Tag which run?'),
  async (run) => {
    const tags = await window.showInputBox({
      title: l10n.t('Tags of {0}', runTitle(run)),
      prompt: l10n.t('Separated by commas; empty removes them'),
      value: run.notes.tags.join(', '),
      validateInput: (typed) =>
        split(typed).some((each) => each.length > 100) || split(typed).length > 50
          ? l10n.t('At most {0} tags of {1} characters.', 50, 100)
          : null,
    });
    return tags === undefined ? undefined : { tags: split(tags) };
  },
);

const split = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((each) => each.trim().replace(/^#/u, ''))
      .filter((each) => each !== ''),
  ),
];

export const pin = annotating(
  can.pin,
  () => l10n.t('Pin which run as the baseline?'),
  () => ({ pinned: true }),
);
export const unpin = annotating(
  can.unpin,
  () => l10n.t('Unpin which run?'),
  () => ({ pinned: false }),
);
export const hide = annotating(
  can.hide,
  () => l10n.t('Hide which run?'),
  () => ({ hidden: true }),
);
export const unhide = annotating(
  can.unhide,
  () => l10n.t('Show which run again?'),
  () => ({ hidden: false }),
);
