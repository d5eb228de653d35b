import { effect } from '@preact/signals';

/** Something that draws when it is its turn. */
interface Drawing {
  readonly paint: () => void;
  readonly isUrgent: () => boolean;
}

/** Drawings of one frame: a window that is moved moves smoothly under the hand, and in the other charts soon after. */
const PER_FRAME = 2;

const waiting = new Set<Drawing>();
let frame: number | null = null;

function nextFrame(): void {
  frame = null;
  const [urgent, others] = [
    [...waiting].filter((own) => own.isUrgent()),
    [...waiting].filter((own) => !own.isUrgent()),
  ];
  for (const drawing of [...urgent, ...others].slice(0, PER_FRAME)) {
    waiting.delete(drawing);
    drawing.paint();
  }
  if (waiting.size > 0) frame ??= requestAnimationFrame(nextFrame);
}

/**
 * Draws on an animation frame after anything that `draw` has read has changed, and only while `isVisible`. Returns how to
 * wake it when it has become visible, and how to end it.
 */
export function drawOnFrames(
  draw: () => void,
  isVisible: () => boolean,
  isUrgent: () => boolean,
): { wake: () => void; stop: () => void } {
  let isDirty = true;
  let release: () => void = () => undefined;
  const paint = (): void => {
    isDirty = false;
    release();
    let hasDrawn = false;
    // The first run draws and so subscribes; the second, at a change, only asks for a frame.
    release = effect(() => {
      if (!hasDrawn) {
        hasDrawn = true;
        draw();
        return;
      }
      isDirty = true;
      wake();
    });
  };
  const drawing = { paint, isUrgent };
  const wake = (): void => {
    if (!isDirty || !isVisible()) return;
    waiting.add(drawing);
    frame ??= requestAnimationFrame(nextFrame);
  };
  wake();
  return {
    wake,
    stop: () => {
      release();
      waiting.delete(drawing);
    },
  };
}
