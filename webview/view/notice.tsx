import type { ComponentChildren } from 'preact';

/** A page or a part of it that has nothing to show says why. */
export function Notice({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="notice">
      <h1>{title}</h1>
      <div>{children}</div>
    </div>
  );
}
