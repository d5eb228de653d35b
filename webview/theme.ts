import { signal } from '@preact/signals';
import type { Line } from './topics.ts';

/** Counts changes of the theme: charts repaint when it changes. */
export const themeVersion = signal(0);

/** Watches what tells of a theme: the system's preference, and the editor's classes on the body. */
export function watchTheme(): void {
  const changed = () => (themeVersion.value += 1);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  new MutationObserver(changed).observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'style'],
  });
}

const probe = document.createElement('span');
probe.hidden = true;

/** A colour variable as the browser computes it: a canvas understands neither `var()` nor `light-dark()`. */
function variable(name: string): string {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

export interface Palette {
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly error: string;
  readonly font: string;
}

export const palette = (): Palette => ({
  foreground: variable('--vscode-foreground'),
  muted: variable('--vscode-descriptionForeground'),
  grid: variable('--vscode-editorWidget-border'),
  background: variable('--vscode-editor-background'),
  error: variable('--vscode-errorForeground'),
  font: getComputedStyle(document.body).fontFamily,
});

const HUES = {
  peer: '--vscode-charts-blue',
  teacher: '--vscode-charts-orange',
  ensemble: '--vscode-charts-green',
  student: '--vscode-charts-blue',
  schedule: '--vscode-charts-purple',
  neutral: '--vscode-charts-foreground',
} as const;

/** Terms are no roles: each has a hue of its own, and a label at its band. */
const TERM_HUES = [
  '--vscode-charts-blue',
  '--vscode-charts-green',
  '--vscode-charts-orange',
  '--vscode-charts-red',
  '--vscode-charts-yellow',
  '--vscode-charts-purple',
] as const;

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4, 1, 4]];
const MARKERS = ['circle', 'rectRot', 'triangle', 'rect', 'crossRot', 'star'] as const;

/** Role is hue, identity is dash and marker. */
export function styleOf({ kind, member }: Line) {
  const hue = kind === 'term' ? TERM_HUES[member % TERM_HUES.length] : HUES[kind];
  return {
    color: variable(hue ?? '--vscode-charts-foreground'),
    dash: [...(DASHES[member % DASHES.length] ?? [])],
    marker: MARKERS[member % MARKERS.length] ?? 'circle',
  };
}
