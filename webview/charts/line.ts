import { headlineOf } from '../../sidecar/protocol/results.ts';
import type { RunRecord, SeriesDeclaration } from '../../sidecar/protocol/runRecord.ts';
import { starsOf } from '../../sidecar/protocol/tagPattern.ts';
import { t } from '../words/words.ts';

/** A role's hue, that of the n-th of several things which are no roles, or the grey of the baseline. */
export type Hue = 'peer' | 'teacher' | 'ensemble' | 'student' | 'schedule' | 'neutral' | 'baseline' | number;

/** One line of a chart. */
export interface Line {
  readonly run: string;
  readonly tag: string;
  readonly label: string;
  /** Title and formula as the run declares them; empty where it does not. */
  readonly explanation: string;
  readonly hue: Hue;
  /** 0-based among its kind: decides dash and marker, since hue is the role's. */
  readonly member: number;
  readonly axis: 'left' | 'right';
}

export const lineKey = ({ run, tag }: Line): string => `${run} ${tag}`;

export interface Topic {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly rightUnit?: string;
  readonly stacked?: boolean;
  /** A row for each line instead of a curve, shaded by its value from 0 to 1. */
  readonly isRaster?: boolean;
  /** Declared by the run's method, and drawn in its section. */
  readonly isPanel?: boolean;
  /** Of the whole chart; absent where the title says it all. */
  readonly explanation?: string;
  readonly lines: readonly Line[];
  /** The series that stands for the run where several runs are drawn. */
  readonly lead: string | undefined;
}

/** What a run says of a series: the most exact pattern that matches. */
export function declarationOf(record: RunRecord, tag: string): SeriesDeclaration | undefined {
  const matching = (record.series ?? []).filter(({ tag: pattern }) => starsOf(pattern, tag) !== null);
  const stars = ({ tag: pattern }: SeriesDeclaration): number => pattern.split('*').length;
  return matching.sort((a, b) => stars(a) - stars(b))[0];
}

export function explanationOf(record: RunRecord, tag: string): string {
  const declared = declarationOf(record, tag);
  return declared ? `${declared.title}: ${declared.formula}` : '';
}

export const hueOf = (kind: string): Hue =>
  kind === 'peer' || kind === 'teacher' || kind === 'ensemble' || kind === 'student' ? kind : 'neutral';

/** The hue of the first of some names that is a role of the run; undefined where none is. */
export function hueOfRole({ roles }: RunRecord, names: readonly string[]): Hue | undefined {
  const role = names.flatMap((name) => roles.find(({ id }) => id === name) ?? [])[0];
  return role && hueOf(role.kind);
}

/** What the headline measures, as a heading: `top-1`, or as the run declares it. */
export function metricName(record: RunRecord): string {
  const { metric } = headlineOf(record);
  if (metric === 'top1') return t('metric.top1');
  return declarationOf(record, record.headline.series)?.title ?? metric;
}
