import { useComputed } from '@preact/signals';
import { runOf } from '../link/runs.ts';
import { seriesOf } from '../series/followed.ts';
import { Explained } from '../theme/iconButton.tsx';
import { baselineId, selectedId } from '../view/selection.ts';
import { formatDelta, formatNumber, formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { Diversity } from './diversity.tsx';

const SYMBOLS: Readonly<Record<string, string>> = { teacher: '◆', peer: '●', ensemble: '▲', student: '●' };

const newest = (run: string | null, tag: string): number | undefined =>
  run === null ? undefined : seriesOf(run)?.newest(tag);

/** Which network is best, and is the teacher ahead: every role's newest validation figures, best first. */
export function RoleTable() {
  const rows = useComputed(() => roleRows(selectedId.value, baselineId.value));
  const tested = rows.value.some(({ test }) => test !== undefined);
  const compared = baselineId.value !== null && baselineId.value !== selectedId.value;
  const delta = compared ? t('roles.deltaBaseline.explained') : t('roles.delta.explained');
  return (
    <section class="roles" aria-label={t('roles.label')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('roles.role')}</th>
            <Column text={t('roles.top1')} explanation={t('roles.top1.explained')} />
            <Column text="Δ" explanation={delta} />
            <Column text={t('roles.crossEntropy')} explanation={t('roles.crossEntropy.explained')} />
            {tested ? <Column text={t('roles.test')} explanation={t('roles.test.explained')} /> : null}
          </tr>
        </thead>
        <tbody>
          {rows.value.map(({ id, kind, top1, change, crossEntropy, test }) => (
            <tr key={id}>
              <th scope="row">
                <span class={`mark ${kind}`} aria-hidden="true">
                  {SYMBOLS[kind] ?? '·'}
                </span>{' '}
                {id}
              </th>
              <td class={numberClass(top1)}>{formatPercent(top1)}</td>
              <td class="number muted">{formatDelta(change)}</td>
              <td class={numberClass(crossEntropy)}>{formatNumber(crossEntropy)}</td>
              {tested ? (
                <td class={numberClass(test)}>
                  {formatPercent(test === undefined ? undefined : 100 * test)}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      <Diversity />
    </section>
  );
}

function Column({ text, explanation }: { readonly text: string; readonly explanation: string }) {
  return (
    <th scope="col" class="number">
      <Explained text={text} explanation={explanation} />
    </th>
  );
}

/** What is not finite is in the error colour, and itself. */
const numberClass = (value: number | undefined): string =>
  value === undefined || Number.isFinite(value) ? 'number' : 'number error';

/** Changes are those from the baseline; without one, from the evaluation before. */
function roleRows(run: string | null, baseline: string | null) {
  const record = run === null ? undefined : runOf(run)?.record;
  return (record?.roles ?? [])
    .map(({ id, kind }) => {
      const tag = `validation/${id}/top1`;
      const top1 = newest(run, tag);
      const before =
        baseline !== null && baseline !== run
          ? newest(baseline, tag)
          : run === null
            ? undefined
            : seriesOf(run)?.points(tag)?.values.at(-2);
      return {
        id,
        kind,
        top1,
        change: top1 === undefined || before === undefined ? undefined : top1 - before,
        crossEntropy: newest(run, `validation/${id}/crossEntropy`),
        test: record?.test?.[id]?.['top1'],
      };
    })
    .sort((a, b) => order(b.top1) - order(a.top1));
}

/** Unknown and NaN come last. */
const order = (value: number | undefined): number =>
  value === undefined || Number.isNaN(value) ? -Infinity : value;
