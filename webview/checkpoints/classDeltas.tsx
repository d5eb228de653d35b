import { useSignal } from '@preact/signals';
import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { accuracyOf } from '../../sidecar/protocol/comparisonFigures.ts';
import { SortHeader } from '../theme/sortHeader.tsx';
import { formatCount, formatDelta, formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf } from './names.ts';

interface Row {
  readonly index: number;
  readonly name: string;
  readonly samples: number;
  readonly reference: number | undefined;
  readonly own: number | undefined;
  readonly delta: number | undefined;
}

type Sort = 'class' | 'samples' | 'delta';

/** Which classes won and which lost; a bar to either side of nothing. */
export function ClassDeltas({
  comparison,
  other,
}: {
  readonly comparison: Comparison;
  readonly other: number;
}) {
  const sort = useSignal<Sort>('delta');
  const names = namesOf(comparison);
  const [reference = '', own = ''] = [names[0], names[other]];
  const rows = comparison.classes.map((name, index): Row => {
    const [a, b] = [accuracyOf(comparison, index, 0), accuracyOf(comparison, index, other)];
    const delta = a === undefined || b === undefined ? undefined : b - a;
    const samples = comparison.perClass[index]?.samples ?? 0;
    return { index, name, samples, reference: a, own: b, delta };
  });
  const largest = Math.max(1e-9, ...rows.map(({ delta = 0 }) => Math.abs(delta)));
  const title = t('classes.title', { own, reference });
  const head = (column: Sort, isNumber: boolean) => (
    <SortHeader
      title={t(`classes.${column}`)}
      label={t('classes.sort', { column: t(`classes.${column}`) })}
      isNumber={isNumber}
      sorting={sort.value === column ? (column === 'class' ? 'ascending' : 'descending') : 'none'}
      on={() => {
        sort.value = column;
      }}
    />
  );
  return (
    <section>
      <h2 class="row">{title}</h2>
      <div class="scroll tall" tabIndex={0} role="region" aria-label={title}>
        <table class="classes">
          <thead>
            <tr>
              {head('class', false)}
              {head('samples', true)}
              <th scope="col" class="number">
                {reference}
              </th>
              <th scope="col" class="number">
                {own}
              </th>
              {head('delta', true)}
              <th scope="col" aria-hidden="true" />
            </tr>
          </thead>
          <tbody>
            {rows.toSorted(by[sort.value]).map((row) => (
              <tr key={row.index}>
                <th scope="row">{row.name}</th>
                <td class="number">{formatCount(row.samples)}</td>
                <td class="number">{percent(row.reference)}</td>
                <td class="number">{percent(row.own)}</td>
                <td class="number">{row.delta === undefined ? '—' : formatDelta(100 * row.delta)}</td>
                <td class="deltaBar" aria-hidden="true">
                  <Bar share={(row.delta ?? 0) / largest} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const by: Readonly<Record<Sort, (a: Row, b: Row) => number>> = {
  class: (a, b) => a.index - b.index,
  samples: (a, b) => b.samples - a.samples || a.index - b.index,
  delta: (a, b) => (b.delta ?? -Infinity) - (a.delta ?? -Infinity) || a.index - b.index,
};

const percent = (share: number | undefined): string =>
  formatPercent(share === undefined ? undefined : 100 * share);

/** @param share −1…1 of the half width; to the right is better */
function Bar({ share }: { readonly share: number }) {
  return (
    <span class="diverging">
      <span
        class={share < 0 ? 'worse' : 'better'}
        style={{
          width: `${50 * Math.abs(share)}%`,
          ...(share < 0 ? { right: '50%' } : { left: '50%' }),
        }}
      />
    </span>
  );
}
