import type { Shape } from '../environments/scene.ts';

/** Something of the newest evaluation that a panel shows. */
export type Exhibit = Episode;

/** One episode in an environment. */
export interface Episode {
  readonly kind: 'episode';
  /** For playing it as fast as it is; null where the environment has no time of its own. */
  readonly secondsPerStep: number | null;
  /** Height of the scene; its width is 1. */
  readonly height: number;
  /** What stands still, behind everything. */
  readonly background: readonly Shape[];
  readonly frames: readonly EpisodeFrame[];
}

export interface EpisodeFrame {
  /** The action that led here; empty in the first frame. */
  readonly action: readonly number[];
  readonly reward: number;
  /** Sum of the rewards so far. */
  readonly total: number;
  readonly shapes: readonly Shape[];
}
