import { useComputed, useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { csvTable, markdownTable } from '../../sidecar/protocol/textTable.ts';
import { host } from '../host.ts';
import { IconButton } from '../theme/iconButton.tsx';
import { SortHeader } from '../theme/sortHeader.tsx';
import { nameOfId } from '../view/selection.ts';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { allPaths, differencesOf, matrixRows, sorted, type Difference, type Order } from './difference.ts';
import { fetchParameters, parametersOf } from './parameters.ts';

/** Parameters in which runs differ, and only those; nothing where the daemon does not tell. */
export function Differences({ runs }: { readonly runs: readonly string[] }) {
  const shown = useSignal(runs);
  const order = useSignal<Order | null>(null);
  useEffect(() => {
    shown.value = runs;
  }, [runs, shown]);
  useEffect(() => fetchParameters(() => shown.value), [shown]);
  const columns = useComputed(() =>
    shown.value.flatMap((run) => {
      const parameters = parametersOf(run);
      return parameters ? [{ run, parameters }] : [];
    }),
  );
  const own = columns.value.map(({ parameters }) => parameters);
  if (own.length < 2) return null;
  const differences = sortedBy(order.value, differencesOf(own));
  const [first, second] = columns.value;
  return (
    <section class="differences">
      <div class="row">
        <h2>
          {t('differences.title', {
            n: formatCount(differences.length),
            all: formatCount(allPaths(own).length),
          })}
        </h2>
        <span class="spacer" />
        {differences.length > 0 ? (
          <CopyButtons
            rows={matrixRows(
              t('differences.parameter'),
              columns.value.map(({ run }) => nameOfId(run)),
              differences,
            )}
          />
        ) : null}
        {host !== null && first && second ? <DiffButton runs={[first.run, second.run]} /> : null}
      </div>
      {differences.length === 0 ? (
        <p class="muted">{t('differences.none')}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label={t('differences.label')}>
          <table>
            <thead>
              <tr>
                <ColumnHeader order={order} column="parameter" title={t('differences.parameter')} />
                {columns.value.map(({ run }, index) => (
                  <ColumnHeader key={run} order={order} column={index} title={nameOfId(run)} />
                ))}
              </tr>
            </thead>
            <tbody>
              {differences.map(({ path, values }) => (
                <tr key={path}>
                  <th scope="row">
                    <code>{path}</code>
                  </th>
                  {values.map((value, index) => (
                    <td key={index}>{value === undefined ? '—' : <code>{value}</code>}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** As the schema has them until somebody sorts. */
const sortedBy = (order: Order | null, differences: Difference[]): Difference[] =>
  order === null ? differences : sorted(differences, order);

/** A first click sorts upwards, a second one downwards. */
function ColumnHeader({
  order,
  column,
  title,
}: {
  readonly order: Signal<Order | null>;
  readonly column: Order['column'];
  readonly title: string;
}) {
  const own = order.value?.column === column ? order.value : null;
  return (
    <SortHeader
      title={title}
      sorting={own ? (own.descending ? 'descending' : 'ascending') : 'none'}
      on={() => {
        order.value = { column, descending: own !== null && !own.descending };
      }}
    />
  );
}

function CopyButtons({ rows }: { readonly rows: readonly (readonly string[])[] }) {
  const said = useSignal('');
  const copy = (text: string) => () => {
    navigator.clipboard.writeText(text).then(
      () => (said.value = t('differences.copied')),
      (error: unknown) => (said.value = String(error)),
    );
  };
  return (
    <>
      <span class="muted" role="status">
        {said.value}
      </span>
      <IconButton icon="markdown" label={t('differences.copyMarkdown')} on={copy(markdownTable(rows))} />
      <IconButton icon="table" label={t('differences.copyCsv')} on={copy(csvTable(rows))} />
    </>
  );
}

function DiffButton({ runs }: { readonly runs: [string, string] }) {
  return (
    <button type="button" class="text" onClick={() => host?.send({ kind: 'diff', runs })}>
      {t('differences.inEditor')}
    </button>
  );
}
