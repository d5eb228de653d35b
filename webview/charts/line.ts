import type { RunRecord, SeriesDeclaration } from '../../sidecar/protocol/runRecord.ts';

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
  readonly lines: readonly Line[];
  /** The series that stands for the run where several runs are drawn. */
  readonly lead: string | undefined;
}

/** What a run says of a series: the most exact pattern that matches. */
export function declarationOf(record: RunRecord, tag: string): SeriesDeclaration | undefined {
  const parts = tag.split('/');
  const matching = (record.series ?? []).filter(({ tag: pattern }) => {
    const own = pattern.split('/');
    return own.length === parts.length && own.every((part, index) => part === '*' || part === parts[index]);
  });
  const stars = ({ tag: pattern }: SeriesDeclaration): number => pattern.split('*').length;
  return matching.sort((a, b) => stars(a) - stars(b))[0];
}

export function explanationOf(record: RunRecord, tag: string): string {
  const declared = declarationOf(record, tag);
  return declared ? `${declared.title}: ${declared.formula}` : '';
}
