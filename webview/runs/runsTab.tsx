import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fetchParameters } from '../compare/parameters.ts';
import { runs, unreadable } from '../link/runs.ts';
import { Line } from '../run/header.tsx';
import { SortHeader } from '../theme/sortHeader.tsx';
import { Notice } from '../view/notice.tsx';
import { look, part } from '../view/viewState.ts';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { ColumnMenu } from './columnMenu.tsx';
import { columnsOf, fixedColumns, nameColumn } from './columns.ts';
import { differing, matches, sorted } from './rows.ts';
import { RunRow } from './runRow.tsx';

const columnIds = part('columns');
const sort = part('sort');
const filter = part('filter');
const onlyDifferences = part('onlyDifferences');
const showHidden = part('showHidden');

/** All runs as a table: what to look at next, and what is said about them. */
export function RunsTab() {
  useEffect(() => fetchParameters(() => (needsParameters.value ? [...runs.value.keys()] : [])), []);
  const needsParameters = useComputed(() => columnIds.value.some((id) => id.includes(':')));
  const rows = useComputed(() => {
    const visible = [...runs.value.values()].filter(
      (run) => (showHidden.value || !run.notes.hidden) && matches(run, filter.value),
    );
    const by = [nameColumn(), ...fixedColumns(), ...columnsOf([sort.value.column])].find(
      ({ id }) => id === sort.value.column,
    );
    return sorted(visible, by, sort.value.descending);
  });
  const columns = useComputed(() => {
    const chosen = columnsOf(columnIds.value);
    return onlyDifferences.value && rows.value.length > 1 ? differing(chosen, rows.value) : chosen;
  });
  return (
    <>
      <div class="row toolbar">
        <input
          type="search"
          class="filter"
          placeholder={t('runs.filter')}
          aria-label={t('runs.filter')}
          value={filter.value}
          onInput={(event) => {
            look({ filter: event.currentTarget.value });
          }}
        />
        <span class="muted" role="status">
          {t('runs.count', { n: formatCount(rows.value.length), all: formatCount(runs.value.size) })}
        </span>
        <span class="spacer" />
        <Check
          text={t('runs.onlyDifferences')}
          checked={onlyDifferences.value}
          on={(checked) => {
            look({ onlyDifferences: checked });
          }}
        />
        <Check
          text={t('runs.showHidden')}
          checked={showHidden.value}
          on={(checked) => {
            look({ showHidden: checked });
          }}
        />
        <ColumnMenu />
      </div>
      {unreadable.value.map(({ name, message }) => (
        <Line key={name} icon="warning" text={t('runs.unreadable', { name, message })} />
      ))}
      {rows.value.length === 0 ? (
        <Notice title={t('runs.noMatch')} />
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label={t('tab.runs')}>
          <table class="runs">
            <thead>
              <tr>
                <th scope="col">
                  <span class="hidden">{t('runs.overlay')}</span>
                </th>
                <ColumnHeader id="name" title={t('column.name')} isNumber={false} />
                {columns.value.map(({ id, title, isNumber }) => (
                  <ColumnHeader key={id} id={id} title={title} isNumber={isNumber} />
                ))}
                <th scope="col">
                  <span class="hidden">{t('column.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.value.map(({ record }) => (
                <RunRow key={record.id} id={record.id} columns={columns} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function ColumnHeader({
  id,
  title,
  isNumber,
}: {
  readonly id: string;
  readonly title: string;
  readonly isNumber: boolean;
}) {
  const { column, descending } = sort.value;
  const isSorted = column === id;
  return (
    <SortHeader
      title={title}
      isNumber={isNumber}
      sorting={isSorted ? (descending ? 'descending' : 'ascending') : 'none'}
      on={() => {
        look({ sort: { column: id, descending: isSorted ? !descending : isNumber } });
      }}
    />
  );
}

function Check({
  text,
  checked,
  on,
}: {
  readonly text: string;
  readonly checked: boolean;
  readonly on: (checked: boolean) => void;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          on(event.currentTarget.checked);
        }}
      />
      {text}
    </label>
  );
}
