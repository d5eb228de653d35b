import { useSignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Whether an element is on the screen: what it shows is asked for only then. */
export function useSeen<E extends Element>(): readonly [frame: RefObject<E | null>, isSeen: Signal<boolean>] {
  const frame = useRef<E | null>(null);
  const isSeen = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      isSeen.value = entries.at(-1)?.isIntersecting ?? false;
    });
    if (frame.current) observer.observe(frame.current);
    return () => {
      observer.disconnect();
    };
  }, [isSeen]);
  return [frame, isSeen];
}
