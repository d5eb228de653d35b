import { problems, link, runsFolder, tryAgain } from './link/link.ts';
import { isListed, runs } from './link/runs.ts';
import { maySteer } from './link/steering.ts';
import { CheckpointsTab } from './checkpoints/checkpointsTab.tsx';
import { CompareTab } from './compare/compareTab.tsx';
import { host } from './host.ts';
import { Line } from './run/header.tsx';
import { RunTab } from './run/runTab.tsx';
import { RunsTab } from './runs/runsTab.tsx';
import { announcement } from './view/announce.ts';
import { KeysDialog } from './view/keysDialog.tsx';
import { Notice } from './view/notice.tsx';
import { selectedRun, tab } from './view/selection.ts';
import { Tabs } from './view/tabs.tsx';
import { t } from './words/words.ts';

/** The dashboard; never an empty frame. */
export function Page() {
  const isLost = link.value.kind !== 'connected' && isListed.value;
  return (
    <>
      <main class={isLost ? 'stale' : ''}>
        <Content />
      </main>
      <KeysDialog />
      <div class="hidden" role="log" aria-live="polite" data-live>
        {announcement.value}
      </div>
    </>
  );
}

function Content() {
  const state = link.value;
  if (state.kind === 'refused')
    return (
      <Notice title={t('refused')}>
        <p>
          {state.message} {state.next}
        </p>
        <button type="button" class="primary" onClick={tryAgain}>
          {t('refused.again')}
        </button>
      </Notice>
    );
  if (!isListed.value)
    return (
      <Notice title={t('connecting')}>
        {state.kind === 'lost' ? t('connecting.again', { reason: state.reason }) : t('connecting.moment')}
      </Notice>
    );
  if (runs.value.size === 0) return <NoRun />;
  return (
    <>
      <Tabs />
      <h1 class="hidden">{t(`tab.${tab.value}`)}</h1>
      {problems.value.length === 0 ? null : <Line icon="warning" text={problems.value.at(-1) ?? ''} />}
      <div id="panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        <Panel />
      </div>
    </>
  );
}

function Panel() {
  switch (tab.value) {
    case 'run':
      return selectedRun.value === null ? <Notice title={t('runs.noMatch')} /> : <RunTab />;
    case 'compare':
      return <CompareTab />;
    case 'checkpoints':
      return <CheckpointsTab />;
    case 'runs':
      return <RunsTab />;
  }
}

/** One sentence, one button. */
function NoRun() {
  return (
    <Notice title={t('noRun')}>
      {host !== null && maySteer.value ? (
        <button
          type="button"
          class="primary"
          onClick={() => host?.send({ kind: 'command', name: 'startExample', run: null })}
        >
          {t('noRun.start')}
        </button>
      ) : (
        <>
          <p>{t('noRun.how')}</p>
          <p>
            <code>distillery run examples/mnist-dkel.distill.yaml</code>
          </p>
        </>
      )}
      <p class="muted">{t('noRun.folder', { folder: runsFolder.value })}</p>
    </Notice>
  );
}
