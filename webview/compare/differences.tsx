import { useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { host } from '../host.ts';
import { nameOfId } from '../view/selection.ts';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { allPaths, differencesOf } from './difference.ts';
import { fetchParameters, parametersOf } from './parameters.ts';

/** Parameters in which runs differ, and only those; nothing where the daemon does not tell. */
export function Differences({ runs }: { readonly runs: readonly string[] }) {
  const shown = useSignal(runs);
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
  const differences = differencesOf(own);
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
        {host !== null && first && second ? <DiffButton runs={[first.run, second.run]} /> : null}
      </div>
      {differences.length === 0 ? (
        <p class="muted">{t('differences.none')}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label={t('differences.label')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('differences.parameter')}</th>
                {columns.value.map(({ run }) => (
                  <th key={run} scope="col">
                    {nameOfId(run)}
                  </th>
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

function DiffButton({ runs }: { readonly runs: [string, string] }) {
  return (
    <button type="button" class="text" onClick={() => host?.send({ kind: 'diff', runs })}>
      {t('differences.inEditor')}
    </button>
  );
}
