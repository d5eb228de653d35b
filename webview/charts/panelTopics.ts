import type { PanelDeclaration } from '../../sidecar/protocol/panels.ts';
import type { RunRecord } from '../../sidecar/protocol/runRecord.ts';
import { starsOf } from '../../sidecar/protocol/tagPattern.ts';
import { t } from '../words/words.ts';
import { declarationOf, explanationOf, hueOfRole, type Line, type Topic } from './line.ts';

/** What charts and their files are called by. */
export const panelTopicId = ({ id }: PanelDeclaration): string => `panel-${id}`;

/** What a panel shows and tells, and how sure its sources are. */
export const panelExplanation = ({ explanation, certainty }: PanelDeclaration): string =>
  certainty === undefined ? explanation : `${explanation} (${t(`certainty.${certainty}`)})`;

/** The charts of the panels that the run's method declares; those without any series yet are left out. */
export const panelTopics = (record: RunRecord, tags: readonly string[]): Topic[] =>
  (record.panels ?? []).flatMap((panel) => {
    if (panel.kind === 'episode') return [];
    const lines = linesOf(record, panel.series, tags);
    if (lines.length === 0) return [];
    return [
      {
        id: panelTopicId(panel),
        title: panel.title,
        unit: panel.kind === 'lines' ? panel.unit : '',
        isPanel: true,
        isRaster: panel.kind === 'raster',
        explanation: panelExplanation(panel),
        lines,
        lead: lines[0]?.tag,
      },
    ];
  });

/** Series that a run has and a panel asks for, in the order of its patterns. */
function linesOf(record: RunRecord, patterns: readonly string[], tags: readonly string[]): Line[] {
  const found = new Map<string, readonly string[]>();
  for (const pattern of patterns)
    for (const tag of tags) {
      const stars = starsOf(pattern, tag);
      if (stars && !found.has(tag)) found.set(tag, stars);
    }
  const members = new Map<string, number>();
  const lines = [...found].map(([tag, stars], index): Line => {
    const title = declarationOf(record, tag)?.title ?? tag;
    const hue = hueOfRole(record, tag.split('/')) ?? index;
    const kind = String(hue);
    const member = members.get(kind) ?? 0;
    members.set(kind, member + 1);
    // Where several things of a role are drawn, their names tell them apart.
    const label =
      stars.length === 0 ? title : patterns.length === 1 ? stars.join(' ') : `${stars.join(' ')} ${title}`;
    return { run: record.id, tag, label, hue, member, axis: 'left', explanation: explanationOf(record, tag) };
  });
  return lines.map((line) => ({ ...line, label: toldApart(line, lines) }));
}

/** A line's label, or where others have the same, the parts of its tag in which they differ. */
function toldApart({ tag, label }: Line, lines: readonly Line[]): string {
  const alike = lines.filter((other) => other.label === label).map((other) => other.tag.split('/'));
  if (alike.length < 2) return label;
  return tag
    .split('/')
    .filter((part, index) => alike.some((other) => other[index] !== part))
    .join(' ');
}
