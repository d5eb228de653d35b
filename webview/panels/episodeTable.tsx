import { useEffect, useRef } from 'preact/hooks';
import type { Episode } from '../../sidecar/protocol/exhibits.ts';
import { formatCount, formatNumber } from '../words/numbers.ts';
import { t } from '../words/words.ts';

/** An episode in numbers, a row for each step; begins where the scene stands. */
export function EpisodeTable({
  label,
  episode,
  current,
}: {
  readonly label: string;
  readonly episode: Episode;
  readonly current: number;
}) {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => row.current?.scrollIntoView({ block: 'nearest' }), [current]);
  return (
    <div class="twin">
      <div class="scroll" tabIndex={0} role="region" aria-label={t('table.of', { chart: label })}>
        <table>
          <thead>
            <tr>
              {[
                t('axis.step'),
                t('episode.column.action'),
                t('episode.column.reward'),
                t('episode.column.return'),
              ].map((title) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {episode.frames.map(({ action, reward, total }, step) => (
              <tr key={step} ref={step === current ? row : null} class={step === current ? 'selected' : ''}>
                <th scope="row" class="number">
                  {formatCount(step)}
                </th>
                <td class="number">{action.map((value) => formatNumber(value, 4)).join(', ')}</td>
                <td class="number">{step === 0 ? '' : formatNumber(reward, 4)}</td>
                <td class="number">{step === 0 ? '' : formatNumber(total, 5)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
