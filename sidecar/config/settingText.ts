import type { PaperFact } from '../methods/declaration.ts';
import { show } from './findings.ts';
import type { Setting } from './setting.ts';

/** How sure a fact is, in words that follow its value. */
export const CERTAINTY: Readonly<Record<PaperFact['certainty'], string>> = {
  published: 'published',
  releasedCode: 'in the released code',
  recalled: 'recalled, not checked',
  inferred: 'inferred',
};

/** A value as it is written in a file. */
export const written = (value: unknown): string => show(value).replace(/^"(?<text>[\w.-]+)"$/u, '$<text>');

/** `0.5 – in the released code (DKEL, training code)` */
export const paperText = ({ value, certainty, source }: PaperFact): string =>
  `${written(value)} – ${CERTAINTY[certainty]} (${source})`;

/** A default in words; maps have none of their own. Null where there is none. */
export function defaultText({ default: value, kind }: Setting): string | null {
  if (value === undefined) return null;
  if (kind !== 'map') return written(value);
  const name = (value as Record<string, unknown>)['name'];
  return name === undefined ? null : written(name);
}

/** `a number ≥ 0, ≤ 10, per epoch` */
export const typeAndUnit = ({ type, unit }: Setting): string => (unit === null ? type : `${type}, ${unit}`);

/** Everything about a setting, in Markdown. */
export function settingMarkdown(setting: Setting): string {
  const name = setting.path.join('.');
  const preset = defaultText(setting);
  const facts = [
    `\`${name}\`: ${typeAndUnit(setting)}`,
    ...(preset === null ? [] : [`default \`${preset}\``]),
    ...(setting.required
      ? [setting.orElse === null ? 'required' : `required, unless there is ${setting.orElse}`]
      : []),
  ];
  const parts = [
    setting.title === null ? '' : `**${setting.title}**`,
    setting.description,
    facts.join(' · '),
    setting.choices
      .filter(({ meaning }) => meaning !== '')
      .map(({ value, meaning }) => `- \`${value}\`: ${meaning}`)
      .join('\n'),
    setting.paper.length === 0
      ? ''
      : ['Sources used:', ...setting.paper.map((fact) => `- ${paperText(fact)}`)].join('\n'),
    setting.related.length === 0
      ? ''
      : `See also ${setting.related.map((path) => `\`${path}\``).join(', ')}.`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}
