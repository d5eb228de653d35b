import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Episode } from '../../sidecar/protocol/exhibits.ts';
import { frameTime } from './episodes.ts';

const still = matchMedia('(prefers-reduced-motion: reduce)');

export interface Player {
  readonly frame: ReadonlySignal<number>;
  readonly isPlaying: ReadonlySignal<boolean>;
  /** False where motion is not wanted: frames are then gone through by hand. */
  readonly mayPlay: boolean;
  readonly last: number;
  /** Goes to a frame, and stays there. */
  readonly seek: (frame: number) => void;
  /** Plays from here, from the beginning where it has ended; or pauses. */
  readonly toggle: () => void;
}

/** Plays an episode as fast as it is; another episode is shown at the same place, without playing. */
export function usePlayer(episode: Episode): Player {
  const last = episode.frames.length - 1;
  const at = useSignal(0);
  const isPlaying = useSignal(false);
  const mayPlay = !still.matches;
  useEffect(() => {
    isPlaying.value = false;
    at.value = Math.min(at.peek(), last);
  }, [at, episode, isPlaying, last]);
  useEffect(() => {
    const time = frameTime(episode);
    let request = 0;
    let before: number | null = null;
    let owed = 0;
    const advance = (now: number): void => {
      request = requestAnimationFrame(advance);
      if (!isPlaying.peek() || document.visibilityState === 'hidden') {
        before = null;
        return;
      }
      owed += before === null ? 0 : now - before;
      before = now;
      const frames = Math.floor(owed / time);
      owed -= frames * time;
      if (frames === 0) return;
      at.value = Math.min(last, at.peek() + frames);
      if (at.peek() === last) isPlaying.value = false;
    };
    const stop = isPlaying.subscribe((playing) => {
      cancelAnimationFrame(request);
      [before, owed] = [null, 0];
      if (playing) request = requestAnimationFrame(advance);
    });
    return () => {
      stop();
      cancelAnimationFrame(request);
    };
  }, [at, episode, isPlaying, last]);
  return {
    frame: useComputed(() => Math.min(at.value, last)),
    isPlaying,
    mayPlay,
    last,
    seek: (frame) => {
      isPlaying.value = false;
      at.value = Math.max(0, Math.min(last, frame));
    },
    toggle: () => {
      if (!mayPlay) return;
      if (!isPlaying.peek() && at.peek() === last) at.value = 0;
      isPlaying.value = !isPlaying.peek();
    },
  };
}
