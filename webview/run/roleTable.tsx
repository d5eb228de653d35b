import { useComputed } from '@preact/signals';
import { headlineOf, testedOf } from '../../sidecar/protocol/results.ts';
import type { RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { declarationOf, metricName } from '../charts/line.ts';
import { runOf } from '../link/runs.ts';
import { seriesOf } from '../series/followed.ts';
import { Explained } from '../theme/iconButton.tsx';
import { baselineId, selectedId, selectedRun } from '../view/selection.ts';
import { formatDelta, formatNumber, formatValue } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { Diversity } from './diversity.tsx';

const SYMBOLS: Readonly<Record<string, string>> = { teacher: '◆', peer: '●', ensemble: '▲', student: '●' };

const newest = (run: string | null, tag: string): number | undefined =>
  run === null ? undefined : seriesOf(run)?.newest(tag);

/** Which network is best, and is the teacher ahead: every role's newest figures, best first. */
export function RoleTable() {
  const rows = useComputed(() => roleRows(selectedId.value, baselineId.value));
  const record = selectedRun.value?.record;
  if (!record) return null;
  const { unit } = record.headline;
  const tested = rows.value.some(({ test }) => test !== undefined);
  const hasCrossEntropy = rows.value.some(({ crossEntropy }) => crossEntropy !== undefined);
  const compared = baselineId.value !== null && baselineId.value !== selectedId.value;
  const delta = compared ? t('roles.deltaBaseline.explained') : t('roles.delta.explained');
  return (
    <section class="roles" aria-label={t('roles.label')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('roles.role')}</th>
            <Column {...headlineColumn(record)} />
            <Column text="Δ" explanation={delta} />
            {hasCrossEntropy ? (
              <Column text={t('roles.crossEntropy')} explanation={t('roles.crossEntropy.explained')} />
            ) : null}
            {tested ? (
              <Column
                text={t('roles.test', { metric: metricName(record) })}
                explanation={t('roles.test.explained')}
              />
            ) : null}
          </tr>
        </thead>
        <tbody>
          {rows.value.map(({ id, kind, value, change, crossEntropy, test }) => (
            <tr key={id}>
              <th scope="row">
                <span class={`mark ${kind}`} aria-hidden="true">
                  {SYMBOLS[kind] ?? '·'}
                </span>{' '}
                {id}
              </th>
              <td class={numberClass(value)}>{formatValue(unit, value)}</td>
              <td class="number muted">{formatDelta(change)}</td>
              {hasCrossEntropy ? (
                <td class={numberClass(crossEntropy)}>{formatNumber(crossEntropy)}</td>
              ) : null}
              {tested ? <td class={numberClass(test)}>{formatValue(unit, test)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
      <Diversity />
    </section>
  );
}

/** What the figures of the first column are. */
function headlineColumn(record: RunRecord): { readonly text: string; readonly explanation: string } {
  if (headlineOf(record).metric === 'top1')
    return { text: t('roles.top1'), explanation: t('roles.top1.explained') };
  return {
    text: metricName(record),
    explanation: declarationOf(record, record.headline.series)?.formula ?? '',
  };
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
  if (!record) return [];
  const { split, metric } = headlineOf(record);
  const sign = record.headline.better === 'higher' ? 1 : -1;
  return record.roles
    .map(({ id, kind }) => {
      const tag = `${split === 'test' ? 'validation' : split}/${id}/${metric}`;
      const value = newest(run, tag);
      const before =
        baseline !== null && baseline !== run
          ? newest(baseline, tag)
          : run === null
            ? undefined
            : seriesOf(run)?.points(tag)?.values.at(-2);
      return {
        id,
        kind,
        value,
        change: value === undefined || before === undefined ? undefined : value - before,
        crossEntropy: newest(run, `validation/${id}/crossEntropy`),
        test: testedOf(record, id),
      };
    })
    .sort((a, b) => order(b.value, sign) - order(a.value, sign));
}

/** Unknown and NaN come last. */
const order = (value: number | undefined, sign: 1 | -1): number =>
  value === undefined || Number.isNaN(value) ? -Infinity : sign * value;
