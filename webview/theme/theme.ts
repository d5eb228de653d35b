import { signal } from '@preact/signals';
import type { Hue } from '../charts/line.ts';

/** Colours by variable as far as they were asked for; another map when the theme is another. */
const colors = signal(new Map<string, string>());

/** Watches what tells of a theme: the system's preference, and what the editor writes on the body and the root. */
export function watchTheme(): void {
  const changed = () => {
    colors.value = new Map();
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  const observer = new MutationObserver(changed);
  for (const element of [document.body, document.documentElement])
    observer.observe(element, {
      attributes: true,
      attributeFilter: ['class', 'style', 'data-vscode-theme-kind', 'data-vscode-theme-id'],
    });
}

const probe = document.createElement('span');
probe.hidden = true;

/**
 * A colour variable as the browser computes it: a canvas understands neither `var()` nor `light-dark()`. Reading it in an
 * effect subscribes to the theme.
 */
function variable(name: string): string {
  const known = colors.value.get(name);
  if (known !== undefined) return known;
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  colors.peek().set(name, color);
  return color;
}

export interface Palette {
  readonly foreground: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly error: string;
  readonly font: string;
}

/** What is painted beside the curves. */
export function palette(): Palette {
  return {
    foreground: variable('--vscode-foreground'),
    muted: variable('--vscode-descriptionForeground'),
    grid: variable('--distillery-grid'),
    background: variable('--vscode-editor-background'),
    error: variable('--distillery-error'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

const HUES: Readonly<Record<Exclude<Hue, number>, string>> = {
  peer: '--vscode-charts-blue',
  teacher: '--distillery-teacher',
  ensemble: '--vscode-charts-green',
  student: '--vscode-charts-blue',
  schedule: '--vscode-charts-purple',
  neutral: '--vscode-charts-foreground',
  baseline: '--vscode-descriptionForeground',
};

/** Of what is no role: terms of a loss, runs. */
const NUMBERED = [
  '--vscode-charts-blue',
  '--distillery-orange',
  '--vscode-charts-green',
  '--vscode-charts-red',
  '--vscode-charts-purple',
  '--vscode-charts-yellow',
] as const;

const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4, 1, 4]];

export const MARKERS = ['circle', 'diamond', 'triangle', 'square', 'cross', 'star'] as const;
export type Marker = (typeof MARKERS)[number];

export interface LineStyle {
  readonly color: string;
  readonly dash: readonly number[];
  readonly marker: Marker;
}

/** Role is hue, identity is dash and marker. */
export function styleOf({ hue, member }: { readonly hue: Hue; readonly member: number }): LineStyle {
  const name = typeof hue === 'number' ? NUMBERED[hue % NUMBERED.length] : HUES[hue];
  // What has used up the hues goes on in other dashes.
  const identity = typeof hue === 'number' ? member + Math.floor(hue / NUMBERED.length) : member;
  return {
    color: variable(name ?? '--vscode-charts-foreground'),
    dash: hue === 'baseline' ? [1, 3] : (DASHES[identity % DASHES.length] ?? []),
    marker: MARKERS[identity % MARKERS.length] ?? 'circle',
  };
}
