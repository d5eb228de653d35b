import { useComputed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { differencesOf } from '../compare/difference.ts';
import { fetchParameters, parametersOf } from '../compare/parameters.ts';
import { runs } from '../link/runs.ts';
import { Menu } from '../theme/menu.tsx';
import { look, part, view } from '../view/viewState.ts';
import { t } from '../words/words.ts';
import { fixedColumns, parameterColumn, type Column } from './columns.ts';

const chosen = part('columns');

/** Which columns the runs table has: what every run has, and the parameters in which runs differ. */
export function ColumnMenu() {
  return (
    <Menu icon="chevron-down" label={t('runs.chooseColumns')} text={t('runs.columns')}>
      {() => <ColumnChoices />}
    </Menu>
  );
}

function ColumnChoices() {
  useEffect(() => fetchParameters(() => [...runs.value.keys()]), []);
  const parameters = useComputed(() => {
    const known = [...runs.value.keys()].map(parametersOf).filter((own) => own !== undefined);
    return differencesOf(known).map(({ path }) => parameterColumn(path));
  });
  return (
    <ul class="choices">
      {[...fixedColumns(), ...parameters.value].map((column) => (
        <Choice key={column.id} column={column} />
      ))}
    </ul>
  );
}

function Choice({ column: { id, title } }: { readonly column: Column }) {
  const toggle = () => {
    const { columns } = view.peek();
    look({ columns: columns.includes(id) ? columns.filter((own) => own !== id) : [...columns, id] });
  };
  return (
    <li>
      <label>
        <input type="checkbox" checked={chosen.value.includes(id)} onChange={toggle} />
        {title}
      </label>
    </li>
  );
}
