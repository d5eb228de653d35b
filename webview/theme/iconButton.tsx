import { useId } from 'preact/hooks';

/** A button with a codicon; its name shows beside it on hover and focus, and is read out. */
export function IconButton({
  icon,
  label,
  on,
  enabled = true,
  pressed,
  expanded,
}: {
  readonly icon: string;
  readonly label: string;
  readonly on: () => void;
  readonly enabled?: boolean;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
}) {
  return (
    <span class="tipped">
      <button
        type="button"
        class="icon"
        aria-label={label}
        aria-pressed={pressed}
        aria-expanded={expanded}
        disabled={!enabled}
        onClick={on}
      >
        <span class={`codicon codicon-${icon}`} aria-hidden="true" />
      </button>
      <span class="tip" aria-hidden="true">
        {label}
      </span>
    </span>
  );
}

/** Words with an explanation that shows on hover and on focus, and is read out as a description. */
export function Explained({ text, explanation }: { readonly text: string; readonly explanation: string }) {
  const id = useId();
  return (
    <span class="tipped">
      <span class="term" tabIndex={0} role="note" aria-label={text} aria-describedby={id}>
        {text}
      </span>
      <span class="tip" role="tooltip" id={id}>
        {explanation}
      </span>
    </span>
  );
}
