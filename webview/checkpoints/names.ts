import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { subjectNames } from '../../sidecar/protocol/comparisonNames.ts';
import { styleOf, type LineStyle } from '../theme/theme.ts';
import { colorIndex } from '../view/selection.ts';

/** How a compared network looks: its run's colour, and a dash that tells it from others of the run. */
export function subjectStyle({ subjects }: Pick<Comparison, 'subjects'>, index: number): LineStyle {
  const { run = '' } = subjects[index] ?? {};
  const member = subjects.slice(0, index).filter((other) => other.run === run).length;
  return styleOf({ hue: colorIndex(run), member });
}

export const namesOf = ({ subjects }: Pick<Comparison, 'subjects'>): string[] => subjectNames(subjects);

/** A short name that still tells blocks from each other: the last part, where it is nobody else's. */
export function shortNames(names: readonly string[]): string[] {
  const last = names.map((name) => name.slice(name.lastIndexOf('/') + 1));
  return names.map((name, index) => {
    const own = last[index] ?? name;
    return last.filter((other) => other === own).length > 1 ? name : own;
  });
}
