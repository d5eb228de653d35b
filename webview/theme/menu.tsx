import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { IconButton } from './iconButton.tsx';

/** Something that opens below a button and closes by Escape, or when one goes elsewhere. */
export function Menu({
  icon,
  label,
  text,
  children,
}: {
  readonly icon: string;
  readonly label: string;
  /** Shown instead of the icon. */
  readonly text?: string;
  readonly children: (close: () => void) => ComponentChildren;
}) {
  const isOpen = useSignal(false);
  const frame = useRef<HTMLSpanElement>(null);
  const close = () => {
    isOpen.value = false;
  };
  const closeByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen.value) return;
    event.stopPropagation();
    close();
    frame.current?.querySelector('button')?.focus();
  };
  useEffect(() => {
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && frame.current?.contains(event.target) === false) close();
    };
    document.addEventListener('pointerdown', elsewhere);
    document.addEventListener('focusin', elsewhere);
    return () => {
      document.removeEventListener('pointerdown', elsewhere);
      document.removeEventListener('focusin', elsewhere);
    };
  }, []);
  const toggle = () => {
    isOpen.value = !isOpen.value;
  };
  return (
    <span class="menu" ref={frame} onKeyDown={closeByKey}>
      {text === undefined ? (
        <IconButton icon={icon} label={label} expanded={isOpen.value} on={toggle} />
      ) : (
        <button type="button" class="text" aria-expanded={isOpen.value} onClick={toggle}>
          {text} <span class={`codicon codicon-${icon}`} aria-hidden="true" />
        </button>
      )}
      {isOpen.value ? (
        <div class="popup" role="group" aria-label={label}>
          {children(close)}
        </div>
      ) : null}
    </span>
  );
}

/** One line of a menu. */
export function MenuItem({
  text,
  on,
  enabled = true,
}: {
  readonly text: string;
  readonly on: () => void;
  readonly enabled?: boolean;
}) {
  return (
    <button type="button" class="item" disabled={!enabled} onClick={on}>
      {text}
    </button>
  );
}
