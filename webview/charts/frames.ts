import { effect } from '@preact/signals';

/**
 * Draws on an animation frame after anything that `draw` has read has changed, and only while `isVisible`. Returns how to
 * wake it when it has become visible, and how to end it.
 */
export function drawOnFrames(
  draw: () => void,
  isVisible: () => boolean,
): { wake: () => void; stop: () => void } {
  let frame: number | null = null;
  let isDirty = true;
  let release: () => void = () => undefined;
  const request = (): void => {
    if (isDirty && isVisible()) frame ??= requestAnimationFrame(paint);
  };
  const paint = (): void => {
    frame = null;
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
      request();
    });
  };
  request();
  return {
    wake: request,
    stop: () => {
      release();
      if (frame !== null) cancelAnimationFrame(frame);
    },
  };
}
