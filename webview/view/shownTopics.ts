import { computed, untracked, type ReadonlySignal } from '@preact/signals';
import type { Topic } from '../charts/line.ts';
import { leadOf, topicsOf, type Beside } from '../charts/topics.ts';
import { runOf } from '../link/runs.ts';
import { seriesOf } from '../series/followed.ts';
import { baselineId, colorIndex, nameOfId, overlayIds, selectedId, shownIds } from './selection.ts';

/** Topics of a run by what it has measured; of a record only what does not change while it runs is used. */
const topicsByRun = new Map<string, ReadonlySignal<readonly Topic[]>>();

function topicsOfRun(id: string): readonly Topic[] {
  let topics = topicsByRun.get(id);
  if (!topics) {
    const identity = computed(() => {
      const record = runOf(id)?.record;
      return record ? JSON.stringify([record.roles, record.headline, record.series, record.panels]) : '';
    });
    topics = computed(() => {
      const tags = seriesOf(id)?.tags.value ?? [];
      // Records come every other second; charts are made anew only when what they are made of is another.
      if (identity.value === '') return [];
      const record = untracked(() => runOf(id)?.record);
      return record ? topicsOf(record, tags) : [];
    });
    topicsByRun.set(id, topics);
  }
  return topics.value;
}

function beside(id: string, member: number): Beside {
  const isBaseline = id === baselineId.value;
  return {
    topics: topicsOfRun(id),
    label: nameOfId(id),
    hue: isBaseline ? 'baseline' : colorIndex(id),
    member: isBaseline ? 0 : member,
  };
}

/** Charts of the selected run; the others add the line that stands for them. */
export const runTopics = computed((): readonly Topic[] => {
  if (selectedId.value === null) return [];
  const others = [baselineId.value, ...overlayIds.value]
    .filter((id) => id !== null && id !== selectedId.value)
    .map((id) => beside(id ?? '', 1));
  const own = topicsOfRun(selectedId.value);
  return own.map((topic) =>
    topic.isRaster === true || others.length === 0
      ? topic
      : { ...topic, lines: [...topic.lines, ...others.flatMap((other) => leadOf(topic.id, other))] },
  );
});

/** Charts with one line for every shown run. */
export const compareTopics = computed((): readonly Topic[] => {
  const all = shownIds.value.map((id) => beside(id, 0));
  const topics = new Map<string, Topic>();
  for (const { topics: own } of all)
    // One row of a raster says nothing of the others.
    for (const topic of own)
      if (topic.isRaster !== true && !topics.has(topic.id)) topics.set(topic.id, topic);
  return [...topics.values()].map((topic): Topic => ({
    id: topic.id,
    title: topic.title,
    unit: topic.unit,
    lead: topic.lead,
    lines: all.flatMap((run) => leadOf(topic.id, run)),
  }));
});
