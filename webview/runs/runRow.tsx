import { useSignal, type ReadonlySignal } from '@preact/signals';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import { Swatch } from '../charts/legend.tsx';
import { runOf } from '../link/runs.ts';
import { maySteer, steer } from '../link/steering.ts';
import { statusClass } from '../run/status.ts';
import { IconButton } from '../theme/iconButton.tsx';
import { styleOf } from '../theme/theme.ts';
import {
  baselineId,
  choose,
  colorIndex,
  nameOf,
  overlayIds,
  selectedId,
  toggleOverlay,
} from '../view/selection.ts';
import { look } from '../view/viewState.ts';
import { t } from '../words/words.ts';
import type { Column } from './columns.ts';
import { NotesEditor } from './notesEditor.tsx';

/** One run: what it is, what it reached, what is said about it. Touched by its own changes alone. */
export function RunRow({
  id,
  columns,
}: {
  readonly id: string;
  readonly columns: ReadonlySignal<readonly Column[]>;
}) {
  const isEditing = useSignal(false);
  const run = runOf(id);
  if (!run) return null;
  const name = nameOf(run);
  const isSelected = id === selectedId.value;
  const isBaseline = id === baselineId.value;
  const isOverlaid = overlayIds.value.includes(id);
  return (
    <>
      <tr class={isSelected ? 'selected' : ''}>
        <td>
          <input
            type="checkbox"
            aria-label={t('runs.overlayRun', { run: name })}
            checked={isSelected || isBaseline || isOverlaid}
            disabled={isSelected || isBaseline}
            onChange={() => {
              toggleOverlay(id);
            }}
          />
        </td>
        <th scope="row">
          {isOverlaid || isBaseline ? (
            <Swatch style={styleOf({ hue: isBaseline ? 'baseline' : colorIndex(id), member: 0 })} />
          ) : null}
          <button
            type="button"
            class="link"
            onClick={() => {
              choose(id);
              look({ tab: 'run' });
            }}
          >
            {name}
          </button>
        </th>
        {columns.value.map((column) => (
          <td key={column.id} class={column.isNumber ? 'number' : ''}>
            {column.id === 'status' ? (
              <span class={`dot ${statusClass(run)}`} aria-hidden="true">
                ●{' '}
              </span>
            ) : null}
            {column.text(run)}
          </td>
        ))}
        <td class="actions">
          {maySteer.value ? <Actions run={run} name={name} on={() => (isEditing.value = true)} /> : null}
        </td>
      </tr>
      {isEditing.value ? (
        <tr>
          <td colSpan={columns.value.length + 3}>
            <NotesEditor
              run={run}
              close={() => {
                isEditing.value = false;
              }}
            />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Actions({
  run,
  name,
  on,
}: {
  readonly run: RunSummary;
  readonly name: string;
  readonly on: () => void;
}) {
  const { pinned, hidden } = run.notes;
  const annotate = (changes: { pinned?: boolean; hidden?: boolean }) => () => {
    void steer('runs/annotate', { run: run.record.id, changes });
  };
  return (
    <>
      <IconButton icon="edit" label={t('runs.edit', { run: name })} on={on} />
      <IconButton
        icon={pinned ? 'pinned' : 'pin'}
        label={t('runs.pin', { run: name })}
        pressed={pinned}
        on={annotate({ pinned: !pinned })}
      />
      <IconButton
        icon={hidden ? 'eye-closed' : 'eye'}
        label={t('runs.hide', { run: name })}
        pressed={hidden}
        on={annotate({ hidden: !hidden })}
      />
    </>
  );
}
