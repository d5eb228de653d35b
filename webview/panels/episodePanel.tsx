import { useSignal } from '@preact/signals';
import type { PanelDeclaration } from '../../sidecar/protocol/panels.ts';
import { panelExplanation } from '../charts/panelTopics.ts';
import { Explained, IconButton } from '../theme/iconButton.tsx';
import { formatCount, formatNumber } from '../words/numbers.ts';
import { joined, t } from '../words/words.ts';
import { EpisodeTable } from './episodeTable.tsx';
import type { NamedEpisode } from './episodes.ts';
import { usePlayer, type Player } from './player.ts';
import { Scene } from './scene.tsx';

/** An episode of the newest evaluation: to be played, gone through by hand, or read as a table. */
export function EpisodePanel({
  panel,
  episodes,
  step,
}: {
  readonly panel: PanelDeclaration;
  readonly episodes: readonly NamedEpisode[];
  /** Of the evaluation. */
  readonly step: number;
}) {
  const chosen = useSignal<string | null>(null);
  const isTable = useSignal(false);
  const shown = episodes.find(({ name }) => name === chosen.value) ?? episodes[0];
  if (!shown) return null;
  return (
    <section class="episode" aria-label={panel.title}>
      <div class="row">
        <h2>
          <Explained text={panel.title} explanation={panelExplanation(panel)} />
        </h2>
        {episodes.length < 2 ? null : (
          <select
            aria-label={t('episode.of')}
            value={shown.name}
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {episodes.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
        <span class="muted">{t('episode.at', { step: formatCount(step) })}</span>
        <span class="spacer" />
        <IconButton
          icon={isTable.value ? 'device-camera-video' : 'table'}
          label={isTable.value ? t('episode.showScene') : t('chart.showTable')}
          pressed={isTable.value}
          on={() => {
            isTable.value = !isTable.value;
          }}
        />
      </div>
      <Shown title={panel.title} named={shown} isTable={isTable.value} />
    </section>
  );
}

function Shown({
  title,
  named: { name, episode },
  isTable,
}: {
  readonly title: string;
  readonly named: NamedEpisode;
  readonly isTable: boolean;
}) {
  const player = usePlayer(episode);
  const frame = player.frame.value;
  if (isTable) return <EpisodeTable label={`${title}, ${name}`} episode={episode} current={frame} />;
  const { action = [], reward = 0, total = 0 } = episode.frames[frame] ?? {};
  const said = joined([
    t('episode.step', { step: formatCount(frame), steps: formatCount(player.last) }),
    ...(action.length === 0
      ? []
      : [t('episode.action', { action: action.map((value) => formatNumber(value, 3)).join(', ') })]),
    t('episode.reward', { reward: formatNumber(reward, 4) }),
    t('episode.return', { total: formatNumber(total, 5) }),
  ]);
  return (
    <div role="group" aria-label={t('episode.label', { name })} onKeyDown={keysOf(player)}>
      <Scene episode={episode} frame={frame} />
      <div class="row">
        <Controls player={player} said={said} />
      </div>
      <p class="muted value">{said}</p>
    </div>
  );
}

function Controls({ player, said }: { readonly player: Player; readonly said: string }) {
  const frame = player.frame.value;
  const playing = player.isPlaying.value;
  return (
    <>
      {player.mayPlay ? (
        <IconButton
          icon={playing ? 'debug-pause' : 'play'}
          label={playing ? t('episode.pause') : t('episode.play')}
          on={player.toggle}
        />
      ) : null}
      <IconButton
        icon="chevron-left"
        label={t('episode.previous')}
        enabled={frame > 0}
        on={() => {
          player.seek(frame - 1);
        }}
      />
      <IconButton
        icon="chevron-right"
        label={t('episode.next')}
        enabled={frame < player.last}
        on={() => {
          player.seek(frame + 1);
        }}
      />
      <input
        type="range"
        class="scrub"
        aria-label={t('episode.scrub')}
        aria-valuetext={said}
        min={0}
        max={player.last}
        value={frame}
        onInput={(event) => {
          player.seek(Number(event.currentTarget.value));
        }}
      />
    </>
  );
}

/** Space plays and pauses wherever the focus is in the scene, unless on a button; the slider has the arrow keys. */
const keysOf = (player: Player) => (event: KeyboardEvent) => {
  if (event.key !== ' ' || (event.target as Element).closest('button') !== null) return;
  event.preventDefault();
  player.toggle();
};
