import type { PointsByTag } from '../sidecar/protocol/series.ts';

/** One line of a chart. */
export interface Line {
  readonly tag: string;
  readonly label: string;
  readonly kind: LineKind;
  /** 0-based among its kind: decides dash and marker, since hue is the role's. */
  readonly member: number;
  readonly axis: 'left' | 'right';
}

export type LineKind = 'peer' | 'teacher' | 'ensemble' | 'student' | 'schedule' | 'neutral' | 'term';

export interface Topic {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly rightUnit?: string;
  readonly stacked?: boolean;
  readonly lines: readonly Line[];
}

interface RoleLike {
  readonly id: string;
  readonly kind: string;
}

const kindOf = (kind: string): LineKind =>
  kind === 'peer' || kind === 'teacher' || kind === 'ensemble' || kind === 'student' ? kind : 'neutral';

/** The charts of a run, made of the series that it has; empty topics are left out. */
export function topicsOf(series: PointsByTag, roles: readonly RoleLike[]): Topic[] {
  const members = new Map<string, number>();
  const line = (tag: string, label: string, kind: LineKind, axis: Line['axis'] = 'left'): Line[] => {
    if (!(tag in series)) return [];
    const member = members.get(kind) ?? 0;
    members.set(kind, member + 1);
    return [{ tag, label, kind, member, axis }];
  };
  const topic = (
    id: string,
    title: string,
    unit: string,
    lines: () => Line[],
    more: Partial<Topic> = {},
  ): Topic[] => {
    members.clear();
    const made = lines();
    return made.length > 0 ? [{ id, title, unit, lines: made, ...more }] : [];
  };
  const perRole = (split: string, metric: string) =>
    roles.flatMap(({ id, kind }) => line(`${split}/${id}/${metric}`, id, kindOf(kind)));
  const returns = Object.keys(series).filter((tag) => tag.startsWith('evaluation/'));
  return [
    ...topic('accuracy', 'accuracy (validation)', '%', () => perRole('validation', 'top1')),
    ...topic('return', 'evaluation', '', () => returns.flatMap((tag) => line(tag, tag, 'neutral'))),
    ...topic(
      'loss',
      'loss terms, Σ weight · term',
      'nats',
      () => [
        ...weightedTerms(series),
        ...['omega', 'lambda', 'alpha', 'keepProbability'].flatMap((name) =>
          line(`schedule/${name}`, GREEK[name] ?? name, 'schedule', 'right'),
        ),
      ],
      { stacked: true, rightUnit: 'ω λ α' },
    ),
    ...topic(
      'diversity',
      'diversity',
      '',
      () => [
        ...line('diversity/peers', 'peers ↔ peers', 'peer'),
        ...line('diversity/gap', 'teacher ↔ student', 'teacher'),
        ...line('diversity/gapWeight', 'weights', 'neutral', 'right'),
      ],
      { rightUnit: '‖θ−φ‖ / ‖θ‖' },
    ),
    ...topic('cross-entropy', 'cross-entropy (validation)', 'nats', () =>
      perRole('validation', 'crossEntropy'),
    ),
    ...topic('learning-rate', 'learning rate', '', () =>
      line('schedule/learningRate', 'learning rate', 'schedule'),
    ),
    ...topic(
      'throughput',
      'throughput and data wait',
      'samples/s',
      () => [
        ...line('system/samplesPerSecond', 'samples/s', 'neutral'),
        ...line('system/dataWait', 'data wait', 'schedule', 'right'),
      ],
      { rightUnit: 'share' },
    ),
    ...topic('memory', 'memory', 'B', () => [
      ...line('system/tensorBytes', 'tensors', 'neutral', 'right'),
      ...line('system/rss', 'resident', 'schedule'),
    ]),
  ];
}

const GREEK: Readonly<Record<string, string>> = { omega: 'ω', lambda: 'λ', alpha: 'α' };

/** One band per term: the weighted sums over roles that the trainer logs. */
function weightedTerms(series: PointsByTag): Line[] {
  return Object.keys(series)
    .filter((tag) => tag.startsWith(WEIGHTED))
    .map((tag, member) => ({ tag, label: tag.slice(WEIGHTED.length), kind: 'term', member, axis: 'left' }));
}

const WEIGHTED = 'train/run/weighted/';
