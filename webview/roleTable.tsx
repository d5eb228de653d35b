import { formatDelta, formatNumber, formatPercent } from './format.ts';
import { runSeries, selectedRun } from './selection.ts';

const SYMBOLS: Readonly<Record<string, string>> = { teacher: '◆', peer: '●', ensemble: '▲', student: '●' };

/** Which network is best, and is the teacher ahead: every role's newest validation figures, best first. */
export function RoleTable() {
  const run = selectedRun.value;
  if (!run) return null;
  const { series } = runSeries.value;
  const rows = run.record.roles
    .map(({ id, kind }) => {
      const values = series[`validation/${id}/top1`]?.values ?? [];
      const newest = values.at(-1);
      const before = values.at(-2);
      return {
        id,
        kind,
        top1: newest,
        delta: newest === undefined || before === undefined ? undefined : newest - before,
        crossEntropy: series[`validation/${id}/crossEntropy`]?.values.at(-1),
        test: run.record.test?.[id]?.['top1'],
      };
    })
    .sort((a, b) => (b.top1 ?? -1) - (a.top1 ?? -1));
  const tested = rows.some(({ test }) => test !== undefined);
  return (
    <section class="roles" aria-label="roles">
      <table>
        <thead>
          <tr>
            <th scope="col">role</th>
            <th
              scope="col"
              class="number"
              title="share of validation samples whose label has the largest logit"
            >
              val top-1
            </th>
            <th scope="col" class="number" title="change since the evaluation before">
              Δ
            </th>
            <th scope="col" class="number" title="mean −ln p(label), in nats">
              val CE
            </th>
            {tested ? (
              <th scope="col" class="number" title="test split, evaluated once with the selected networks">
                test top-1
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, kind, top1, delta, crossEntropy, test }) => (
            <tr key={id}>
              <th scope="row">
                <span class={`mark ${kind}`} aria-hidden="true">
                  {SYMBOLS[kind] ?? '·'}
                </span>{' '}
                {id}
              </th>
              <td class="number">{formatPercent(top1)}</td>
              <td class="number muted">{formatDelta(delta)}</td>
              <td class="number">{formatNumber(crossEntropy)}</td>
              {tested ? <td class="number">{test === undefined ? '—' : formatPercent(100 * test)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
      <Diversity />
    </section>
  );
}

/** Are the networks still different: the newest measures in words. */
function Diversity() {
  const { series } = runSeries.value;
  const last = (name: string) => series[`diversity/${name}`]?.values.at(-1);
  const gap = last('gap');
  if (gap === undefined) return null;
  const collapsed = selectedRun.value?.record.collapsed;
  const state = diversityState(gap, series['diversity/gap']?.values.at(-4));
  return (
    <p class="diversity">
      <strong>diversity</strong> {collapsed ? `collapsed since step ${collapsed.step}` : state} · gap{' '}
      {formatNumber(gap, 3)} · peers {formatNumber(last('peers'), 3)} · homogenization{' '}
      {formatNumber(last('homogenization'), 5)}
    </p>
  );
}

/** In words; the gap of three evaluations before tells where it is going. */
function diversityState(gap: number, before: number | undefined): string {
  if (!Number.isFinite(gap)) return 'not finite';
  return before !== undefined && gap < 0.8 * before ? 'converging' : 'healthy';
}
