import { selectedSeries } from '../series/followed.ts';
import { selectedRun } from '../view/selection.ts';
import { formatCount, formatNumber } from '../words/numbers.ts';
import { t } from '../words/words.ts';

/** A gap that has shrunk below this share of the one of three evaluations before is closing. */
const CONVERGING = 0.8;

/** Are the networks still different: the newest measures in words. */
export function Diversity() {
  const newest = (name: string) => selectedSeries.value?.newest(`diversity/${name}`);
  const gap = newest('gap');
  if (gap === undefined) return null;
  const collapsed = selectedRun.value?.record.collapsed;
  const before = selectedSeries.value?.points('diversity/gap')?.values.at(-4);
  const state = collapsed
    ? t('diversity.collapsed', { step: formatCount(collapsed.step) })
    : diversityState(gap, before);
  return (
    <p class="diversity">
      <strong>{t('topic.diversity')}</strong> {state}
      {' · '}
      {t('diversity.measures', {
        gap: formatNumber(gap, 3),
        peers: formatNumber(newest('peers'), 3),
        homogenization: formatNumber(newest('homogenization'), 5),
      })}
    </p>
  );
}

function diversityState(gap: number, before: number | undefined): string {
  if (!Number.isFinite(gap)) return t('diversity.notFinite');
  return before !== undefined && gap < CONVERGING * before
    ? t('diversity.converging')
    : t('diversity.healthy');
}
