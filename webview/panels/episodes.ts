import type { Episode, Exhibits } from '../../sidecar/protocol/exhibits.ts';
import type { PanelDeclaration } from '../../sidecar/protocol/panels.ts';
import { starsOf } from '../../sidecar/protocol/tagPattern.ts';

type EpisodePanelDeclaration = Extract<PanelDeclaration, { kind: 'episode' }>;

/** An episode under the name by which one chooses it. */
export interface NamedEpisode {
  readonly name: string;
  readonly episode: Episode;
}

/** Episodes that a panel shows, called by what its pattern leaves open. */
export function episodesOf(
  { exhibits: patterns }: EpisodePanelDeclaration,
  { exhibits }: Exhibits,
): NamedEpisode[] {
  return Object.entries(exhibits).flatMap(([tag, exhibit]) => {
    if (exhibit.frames.length === 0) return [];
    const stars = patterns.flatMap((pattern) => starsOf(pattern, tag) ?? []);
    if (stars.length > 0) return [{ name: stars.join(' '), episode: exhibit }];
    return patterns.includes(tag) ? [{ name: tag, episode: exhibit }] : [];
  });
}

/** What the frames are played at where an environment has no time of its own. */
const FRAMES_A_SECOND = 5;

/** Milliseconds between frames. */
export const frameTime = ({ secondsPerStep }: Episode): number =>
  1000 * (secondsPerStep ?? 1 / FRAMES_A_SECOND);
