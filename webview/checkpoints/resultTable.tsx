import type { ComponentChildren } from 'preact';
import type { ComparedSubject, Comparison } from '../../sidecar/protocol/comparison.ts';
import { shortId } from '../../sidecar/protocol/runRecord.ts';
import { Swatch } from '../charts/legend.tsx';
import { Explained } from '../theme/iconButton.tsx';
import { nameOfId } from '../view/selection.ts';
import {
  formatBytes,
  formatCount,
  formatDelta,
  formatFixed,
  formatNumber,
  formatPercent,
} from '../words/numbers.ts';
import { joined, t } from '../words/words.ts';
import { namesOf, subjectStyle } from './names.ts';

interface Metric {
  readonly title: string;
  readonly explanation: string;
  readonly value: (subject: ComparedSubject) => number;
  readonly text: (value: number) => string;
  readonly delta: (difference: number) => string;
  readonly better: 'higher' | 'lower';
}

const asPoints = (difference: number): string => formatDelta(100 * difference);
const asPercent = (share: number): string => formatPercent(100 * share);

const metrics = (): Metric[] => [
  {
    title: t('results.top1'),
    explanation: t('results.top1.explained'),
    value: ({ top1 }) => top1,
    text: asPercent,
    delta: asPoints,
    better: 'higher',
  },
  {
    title: t('results.top5'),
    explanation: t('results.top5.explained'),
    value: ({ top5 }) => top5,
    text: asPercent,
    delta: asPoints,
    better: 'higher',
  },
  {
    title: t('results.crossEntropy'),
    explanation: t('results.crossEntropy.explained'),
    value: ({ crossEntropy }) => crossEntropy,
    text: (value) => formatFixed(value, 4),
    delta: (difference) => formatDelta(difference, 4),
    better: 'lower',
  },
  {
    title: t('results.ece'),
    explanation: t('results.ece.explained'),
    value: ({ ece }) => ece,
    text: asPercent,
    delta: asPoints,
    better: 'lower',
  },
];

/** Every network's figures with what they differ by from the reference; the best of each marked. */
export function ResultTable({ comparison }: { readonly comparison: Comparison }) {
  const { subjects, backend } = comparison;
  const names = namesOf(comparison);
  const columns = metrics();
  const batches = subjects.flatMap(({ network }) => network?.latency.map(({ batch }) => batch) ?? []);
  const device = `${backend.name}, ${backend.device}`;
  const pathless = names.filter((_, index) => subjects[index]?.network === null);
  return (
    <section>
      <div class="scroll" tabIndex={0} role="region" aria-label={t('results.title')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('results.network')}</th>
              {columns.map(({ title, explanation }) => (
                <MetricHeads key={title} title={title} explanation={explanation} />
              ))}
              <NumberHead>{t('results.parameters')}</NumberHead>
              <NumberHead>{t('results.size')}</NumberHead>
              <NumberHead>{t('results.multiplyAdds')}</NumberHead>
              {[...new Set(batches)].map((batch) => (
                <NumberHead key={batch}>
                  <Explained
                    text={t('results.latency', { n: formatCount(batch) })}
                    explanation={t('results.latency.explained', { device })}
                  />
                </NumberHead>
              ))}
            </tr>
          </thead>
          <tbody>
            {subjects.map((subject, index) => (
              <tr key={index}>
                <th scope="row">
                  <Swatch style={subjectStyle(comparison, index)} /> {names[index]}{' '}
                  <span class="muted">{index === 0 ? t('subjects.reference') : ''}</span>
                </th>
                {columns.map((metric) => (
                  <MetricCells key={metric.title} metric={metric} comparison={comparison} index={index} />
                ))}
                <NetworkCells subject={subject} batches={[...new Set(batches)]} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pathless.length === 0 ? null : (
        <p class="muted">{t('results.noNetwork', { names: joined(pathless) })}</p>
      )}
      <ul class="legend muted">
        {[...new Set(subjects.map(({ run }) => run))].map((run) => (
          <li key={run}>{`${shortId(run)} = ${nameOfId(run)}`}</li>
        ))}
      </ul>
    </section>
  );
}

const NumberHead = ({ children }: { readonly children: ComponentChildren }) => (
  <th scope="col" class="number">
    {children}
  </th>
);

function MetricHeads({ title, explanation }: { readonly title: string; readonly explanation: string }) {
  return (
    <>
      <NumberHead>
        <Explained text={title} explanation={explanation} />
      </NumberHead>
      <NumberHead>
        <Explained text="Δ" explanation={t('results.delta.explained')} />
      </NumberHead>
    </>
  );
}

function MetricCells({
  metric,
  comparison: { subjects },
  index,
}: {
  readonly metric: Metric;
  readonly comparison: Comparison;
  readonly index: number;
}) {
  const values = subjects.map(metric.value);
  const [own = NaN, reference = NaN] = [values[index], values[0]];
  const best = metric.better === 'higher' ? Math.max(...values) : Math.min(...values);
  const isBest = own === best && values.some((value) => value !== best);
  return (
    <>
      <td class={`number${Number.isFinite(own) ? '' : ' error'}${isBest ? ' best' : ''}`}>
        {isBest ? <span class="codicon codicon-star-full" role="img" aria-label={t('results.best')} /> : null}{' '}
        {metric.text(own)}
      </td>
      <td class="number muted">{index === 0 ? '' : metric.delta(own - reference)}</td>
    </>
  );
}

/** Of a path through one network; a dash where there is none. */
function NetworkCells({
  subject: { network },
  batches,
}: {
  readonly subject: ComparedSubject;
  readonly batches: readonly number[];
}) {
  const latency = (batch: number) => network?.latency.find((each) => each.batch === batch)?.milliseconds;
  return (
    <>
      <td class="number">{network ? formatCount(network.parameters) : '—'}</td>
      <td class="number">{network ? formatBytes(network.bytes) : '—'}</td>
      <td class="number">{network ? formatCount(network.multiplyAdds) : '—'}</td>
      {batches.map((batch) => {
        const milliseconds = latency(batch);
        return (
          <td key={batch} class="number">
            {milliseconds === undefined
              ? '—'
              : t('results.milliseconds', { n: formatNumber(milliseconds, 3) })}
          </td>
        );
      })}
    </>
  );
}
