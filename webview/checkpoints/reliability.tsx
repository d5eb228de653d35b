import { useSignal } from '@preact/signals';
import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { Swatch } from '../charts/legend.tsx';
import { IconButton } from '../theme/iconButton.tsx';
import { formatCount, formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf, subjectStyle } from './names.ts';
import { ReliabilityDiagram } from './reliabilityDiagram.tsx';

/** Whether the networks are as good as they say they are: a diagram each, or the numbers. */
export function Reliability({ comparison }: { readonly comparison: Comparison }) {
  const isTable = useSignal(false);
  const names = namesOf(comparison);
  const title = t('reliability.title');
  return (
    <section class="reliability">
      <div class="row">
        <h2>{title}</h2>
        <span class="muted">{t('reliability.explained')}</span>
        <span class="spacer" />
        <IconButton
          icon={isTable.value ? 'graph' : 'table'}
          label={isTable.value ? t('twin.chart', { title }) : t('twin.table', { title })}
          on={() => {
            isTable.value = !isTable.value;
          }}
        />
      </div>
      {isTable.value ? (
        <Numbers comparison={comparison} names={names} />
      ) : (
        <div class="diagrams">
          {comparison.subjects.map(({ reliability, ece }, index) => {
            const name = names[index] ?? '';
            const text = formatPercent(100 * ece);
            return (
              <figure key={index}>
                <figcaption>
                  <Swatch style={subjectStyle(comparison, index)} /> {name}{' '}
                  <span class="muted">{`${t('results.ece')} ${text}`}</span>
                </figcaption>
                <ReliabilityDiagram
                  bins={reliability}
                  color={subjectStyle(comparison, index).color}
                  label={t('reliability.of', { name, ece: text })}
                />
              </figure>
            );
          })}
        </div>
      )}
    </section>
  );
}

/** The same as a table: accuracy and samples of every network by confidence. */
function Numbers({
  comparison: { subjects },
  names,
}: {
  readonly comparison: Comparison;
  readonly names: readonly string[];
}) {
  const bins = subjects[0]?.reliability.length ?? 0;
  const edge = (bin: number): string => formatCount((100 * bin) / bins);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t('reliability.title')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('reliability.confidence')}</th>
            {names.map((name, index) => [
              <th key={`a${index}`} scope="col" class="number">
                {t('reliability.accuracy', { name })}
              </th>,
              <th key={`n${index}`} scope="col" class="number">
                {t('reliability.count', { name })}
              </th>,
            ])}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: bins }, (_, bin) => (
            <tr key={bin}>
              <th scope="row">{t('reliability.bin', { from: edge(bin), to: edge(bin + 1) })}</th>
              {subjects.map(({ reliability }, index) => {
                const { accuracy = null, count = 0 } = reliability[bin] ?? {};
                return [
                  <td key={`a${index}`} class="number">
                    {formatPercent(accuracy === null ? undefined : 100 * accuracy)}
                  </td>,
                  <td key={`n${index}`} class="number">
                    {formatCount(count)}
                  </td>,
                ];
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
