import type { PageToHost } from '../../sidecar/protocol/pageMessages.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { host, type Host } from '../host.ts';
import { canSteer, maySteer, steer } from '../link/steering.ts';
import { Menu, MenuItem } from '../theme/menu.tsx';
import { t } from '../words/words.ts';

type Steering = 'runs/pause' | 'runs/resume' | 'runs/stop' | 'runs/checkpoint';

/** What can be done with the run in its present state; nothing where one may only look. */
export function Controls({ run }: { readonly run: RunSummary }) {
  if (!maySteer.value) return null;
  const ask = (method: Steering) => () => {
    void steer(method, { run: run.record.id });
  };
  const live = run.liveness === 'live';
  const paused = run.record.status === 'paused';
  const resumable = (live && paused) || isResumable(run);
  const usable = canSteer.value;
  return (
    <span class="controls">
      {resumable || live ? (
        // One button for both, so that the focus stays on it when one becomes the other.
        <Action
          icon={resumable ? 'debug-continue' : 'debug-pause'}
          text={resumable ? t('control.resume') : t('control.pause')}
          on={ask(resumable ? 'runs/resume' : 'runs/pause')}
          enabled={usable && (resumable || run.want === 'run')}
        />
      ) : null}
      {live ? (
        <Action
          icon="save"
          text={t('control.checkpoint')}
          on={ask('runs/checkpoint')}
          enabled={usable && !paused}
        />
      ) : null}
      {live || run.liveness === 'queued' ? (
        <Action
          icon="debug-stop"
          text={run.want === 'stop' ? t('control.stopping') : t('control.stop')}
          on={ask('runs/stop')}
          enabled={usable && run.want !== 'stop'}
        />
      ) : null}
      {host === null ? null : <More host={host} run={run} />}
    </span>
  );
}

export const isResumable = ({ liveness, record }: RunSummary): boolean =>
  liveness === 'lost' || record.status === 'stopped' || record.status === 'failed';

function Action({
  icon,
  text,
  on,
  enabled,
}: {
  readonly icon: string;
  readonly text: string;
  readonly on: () => void;
  readonly enabled: boolean;
}) {
  // Not `disabled`, which would take the focus away from whoever has just pressed it.
  return (
    <button type="button" class="action" aria-disabled={!enabled} onClick={enabled ? on : undefined}>
      <span class={`codicon codicon-${icon}`} aria-hidden="true" />
      {text}
    </button>
  );
}

type CommandName = Extract<PageToHost, { kind: 'command' }>['name'];

/** What the editor does with a run. */
function More({ host: editor, run }: { readonly host: Host; readonly run: RunSummary }) {
  const id = run.record.id;
  const command = (name: CommandName, close: () => void) => () => {
    close();
    editor.send({ kind: 'command', name, run: id });
  };
  const isOver = run.liveness === 'ended' || run.liveness === 'lost';
  return (
    <Menu icon="ellipsis" label={t('control.more')}>
      {(close) => (
        <>
          <MenuItem text={t('command.runAgain')} on={command('runAgain', close)} />
          <MenuItem text={t('command.rename')} on={command('rename', close)} />
          {isOver ? (
            <MenuItem text={t('command.exportStudent')} on={command('exportStudent', close)} />
          ) : null}
          {isOver ? <MenuItem text={t('command.delete')} on={command('delete', close)} /> : null}
        </>
      )}
    </Menu>
  );
}
