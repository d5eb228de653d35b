import { useComputed } from '@preact/signals';
import { SeriesChart } from '../charts/chart.tsx';
import { panelTopicId } from '../charts/panelTopics.ts';
import { useKept } from '../link/kept.ts';
import { selectedRun } from '../view/selection.ts';
import { runTopics } from '../view/shownTopics.ts';
import { t } from '../words/words.ts';
import { EpisodePanel } from './episodePanel.tsx';
import { episodesOf } from './episodes.ts';

const HEIGHT = 180;
const ROW_HEIGHT = 16;
const AXIS_HEIGHT = 30;

/** What the run's method declares of its own diagnostics; nothing where it declares none, or has measured none yet. */
export function Panels() {
  const { frame, kept } = useKept('runs/exhibits');
  const panels = useComputed(() => selectedRun.value?.record.panels ?? []);
  const exhibits = kept.value?.exhibits ?? null;
  const drawn = panels.value.flatMap((panel) => {
    if (panel.kind === 'episode') {
      const episodes = exhibits ? episodesOf(panel, exhibits) : [];
      return episodes.length === 0
        ? []
        : [<EpisodePanel key={panel.id} panel={panel} episodes={episodes} step={exhibits?.step ?? 0} />];
    }
    const topic = runTopics.value.find(({ id }) => id === panelTopicId(panel));
    if (!topic) return [];
    const height = panel.kind === 'raster' ? AXIS_HEIGHT + ROW_HEIGHT * topic.lines.length : HEIGHT;
    return [<SeriesChart key={panel.id} topic={topic} height={height} />];
  });
  const method = selectedRun.value?.record.method ?? '';
  return (
    <section ref={frame} class="panels" aria-label={t('panels.label', { method })}>
      {drawn.length === 0 ? null : (
        <>
          <h2 class="part">{t('panels.label', { method })}</h2>
          <div class="grid">{drawn}</div>
        </>
      )}
    </section>
  );
}
