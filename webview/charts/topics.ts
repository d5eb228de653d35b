import { headlineOf } from '../../sidecar/protocol/results.ts';
import type { RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { t } from '../words/words.ts';
import { declarationOf, explanationOf, hueOf, type Hue, type Line, type Topic } from './line.ts';
import { panelTopics } from './panelTopics.ts';

const WEIGHTED = 'train/run/weighted/';
export const TOTAL_LOSS = 'train/run/loss/total';
const GREEK: Readonly<Record<string, string>> = { omega: 'ω', lambda: 'λ', alpha: 'α' };

/** The charts of a run, made of the series that it has; empty topics are left out. */
export function topicsOf(record: RunRecord, tags: readonly string[]): Topic[] {
  const present = new Set(tags);
  const members = new Map<Hue, number>();
  const line = (tag: string, label: string, hue: Hue, axis: Line['axis'] = 'left'): Line[] => {
    if (!present.has(tag)) return [];
    const member = members.get(hue) ?? 0;
    members.set(hue, member + 1);
    return [{ run: record.id, tag, label, hue, member, axis, explanation: explanationOf(record, tag) }];
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
    return made.length > 0 ? [{ id, title, unit, lines: made, lead: made[0]?.tag, ...more }] : [];
  };
  const { split, role: best, metric } = headlineOf(record);
  const headlineTitle = declarationOf(record, record.headline.series)?.title ?? t('topic.evaluation');
  const perRole =
    (name: string, of = 'validation') =>
    () =>
      record.roles.flatMap(({ id, kind }) => line(`${of}/${id}/${name}`, id, hueOf(kind)));
  const ofHeadline = (name: string): { lead?: string } => {
    const tag = `${split}/${best}/${name}`;
    return present.has(tag) ? { lead: tag } : {};
  };
  return [
    ...topic('accuracy', t('topic.accuracy'), '%', perRole('top1'), ofHeadline('top1')),
    // What a method measures itself, by the metric of its headline.
    ...(split === 'evaluation'
      ? topic('evaluation', headlineTitle, record.headline.unit, perRole(metric, split), ofHeadline(metric))
      : []),
    ...topic(
      'loss',
      t('topic.loss'),
      declarationOf(record, TOTAL_LOSS)?.unit ?? 'nats',
      () => [
        // One band per term: the weighted sums over roles that the trainer logs.
        ...tags
          .filter((tag) => tag.startsWith(WEIGHTED))
          .flatMap((tag, index) => line(tag, tag.slice(WEIGHTED.length), index)),
        ...['omega', 'lambda', 'alpha', 'keepProbability'].flatMap((name) =>
          line(`schedule/${name}`, GREEK[name] ?? name, 'schedule', 'right'),
        ),
      ],
      { stacked: true, rightUnit: 'ω λ α', lead: TOTAL_LOSS },
    ),
    ...topic(
      'diversity',
      t('topic.diversity'),
      '',
      () => [
        ...line('diversity/peers', t('line.peers'), 'peer'),
        ...line('diversity/gap', t('line.gap'), 'teacher'),
        ...line('diversity/gapWeight', t('line.weights'), 'neutral', 'right'),
      ],
      { rightUnit: '‖θ−φ‖ / ‖θ‖', ...(present.has('diversity/gap') ? { lead: 'diversity/gap' } : {}) },
    ),
    ...topic(
      'cross-entropy',
      t('topic.crossEntropy'),
      'nats',
      perRole('crossEntropy'),
      ofHeadline('crossEntropy'),
    ),
    ...topic('learning-rate', t('topic.learningRate'), '', () =>
      line('schedule/learningRate', t('topic.learningRate'), 'schedule'),
    ),
    ...topic(
      'throughput',
      t('topic.throughput'),
      'samples/s',
      () => [
        ...line('system/samplesPerSecond', 'samples/s', 'neutral'),
        ...line('system/dataWait', t('line.dataWait'), 'schedule', 'right'),
      ],
      { rightUnit: t('unit.share') },
    ),
    ...topic('memory', t('topic.memory'), 'B', () => [
      ...line('system/rss', t('line.resident'), 'schedule'),
      ...line('system/tensorBytes', t('line.tensors'), 'neutral', 'right'),
    ]),
    ...panelTopics(record, tags),
  ];
}

/** A run drawn beside others, by the series that stands for it. */
export interface Beside {
  readonly topics: readonly Topic[];
  readonly label: string;
  readonly hue: Hue;
  readonly member: number;
}

/** The line that stands for a run in a chart among others; none where the run lacks the topic. */
export function leadOf(id: string, { topics, label, hue, member }: Beside): Line[] {
  const topic = topics.find((own) => own.id === id);
  const run = topic?.lines[0]?.run;
  if (topic?.lead === undefined || run === undefined) return [];
  const own = topic.lines.find(({ tag }) => tag === topic.lead);
  const explanation = own?.explanation ?? topic.lead;
  return [{ run, tag: topic.lead, label, explanation, hue, member, axis: 'left' }];
}
