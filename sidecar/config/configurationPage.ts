import { methodDeclarations } from '../methods/registry.options.ts';
import type { MethodDeclaration } from '../methods/declaration.ts';
import { RULES, type RuleCode } from './findings.ts';
import { RULE_TEXTS } from './ruleTexts.ts';
import { settingAt, type Setting } from './setting.ts';
import { CERTAINTY, defaultText, paperText, typeAndUnit } from './settingText.ts';
import { concrete, settingTree, type SettingMap } from './settingTree.ts';

const INTRODUCTION = `<!-- Written by node scripts/docs.mjs from the schema; a test fails when it differs. -->

# Configuration

An experiment is a YAML file \`*.distill.yaml\` (or JSON, \`*.distill.json\`) with the settings below. Only \`models\`,
\`method\` and \`dataset\` (or \`environment\`, as the method decides) are required; \`distillery resolve <file>\` prints what the defaults make of the rest.

\`\`\`yaml
dataset: { name: mnist }
views: { crop: { padding: 1 } }
models: { default: { name: resnet8 } }
method: { name: dkel, ema: { beta: 0.98 }, decayRate: 0.1 }
training: { epochs: 16, epochSteps: 25, batchSize: 64, validation: 1000 }
\`\`\`

A fact about a source says how sure it is: *published* stands in the paper; *in the released code* was read from the
authors' code; *recalled* is from memory or by others; *inferred* is our own reading. \`*\` in a path is a name that you choose.`;

/** docs/configuration.md: every setting and every rule, from the one schema. Pure. */
export function configurationPage(): string {
  const tree = settingTree();
  const scalars = tree.keys.filter((key) => !tree.below.some(({ path }) => path[0] === key));
  const parts = [
    INTRODUCTION,
    contents(tree),
    '## Top level',
    table({ ...tree, keys: scalars }),
    ...topLevel(tree).flatMap(([key, maps]) => section(key, maps)),
    '## Rules',
    'An *error* cannot run as written; a *warning* runs, but is doubtful. Every finding carries its code.',
    ...(Object.keys(RULES) as RuleCode[]).map(rule),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Maps of the first level by their key, in the order of the schema. */
function topLevel({ below }: SettingMap): [key: string, maps: SettingMap[]][] {
  const keys = [...new Set(below.map(({ path }) => String(path[0])))];
  return keys.map((key) => [key, below.filter(({ path }) => path[0] === key)]);
}

const contents = (tree: SettingMap): string =>
  [...topLevel(tree).map(([key]) => key), 'rules']
    .map((key) => `[${key}](#${key.toLowerCase()})`)
    .join(' · ');

function section(key: string, maps: readonly SettingMap[]): string[] {
  const [first] = maps;
  const setting = first && settingAt(first.data, [key]);
  if (!first || !setting) return [];
  const preset = defaultText(setting);
  const about = [
    setting.description || first.description,
    setting.orElse !== null
      ? `Required, unless there is \`${setting.orElse}\`.`
      : setting.required
        ? 'Required.'
        : preset === null
          ? ''
          : `Default: \`{ name: ${preset} }\`.`,
    alsoCalled(setting),
  ];
  return [
    `## ${key}`,
    about.filter((text) => text !== '').join(' '),
    ...maps.flatMap((map) => subsection(map, 3)),
  ];
}

function subsection(map: SettingMap, level: number): string[] {
  const name = map.path.join('.');
  const isForm = map.forms.length > 0;
  const heading =
    isForm || map.path.length > 1
      ? `${'#'.repeat(Math.min(level, 6))} ${name}${isForm ? `: ${map.forms.join(', ')}` : ''}`
      : '';
  const what = [isForm ? `**${map.title}.**` : '', map.path.length > 1 || isForm ? map.description : ''];
  const original = isForm && map.path.length > 2 ? String(map.path.at(-1)) : null;
  // What stands in full elsewhere is not told twice.
  if (
    original !== null &&
    tree().below.some(({ path, forms }) => path[0] === original && same(forms, map.forms))
  )
    return [
      heading,
      `The settings of [${original}: ${map.forms.join(', ')}](#${anchor(`${original}: ${map.forms.join(', ')}`)}).`,
    ];
  return [
    heading,
    what.filter((text) => text !== '').join(' '),
    ...(map.path.join('.') === 'method' ? methodFacts(map) : []),
    table(map),
    ...map.below.flatMap((each) => subsection(each, heading === '' ? level : level + 1)),
  ];
}

const tree = settingTree;

const same = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

/** The anchor that Markdown renderers give a heading. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/gu, '-');

function methodFacts({ forms }: SettingMap): string[] {
  const declaration: MethodDeclaration | undefined = Object.values(methodDeclarations).find(
    ({ name }) => name === forms[0],
  );
  if (!declaration) return [];
  const { citation, basis, models, stages, presets, paper = {} } = declaration;
  const read = models === 'any' ? 'any that are given' : models.map((name) => `\`${name}\``).join(', ');
  const facts = Object.entries(paper).flatMap(([path, all]) =>
    all.map((fact) => `- \`${path}\`: ${paperText(fact)}`),
  );
  return [
    citation,
    `${CERTAINTY[basis.certainty]}. ${basis.note}`,
    `Models that it reads: ${read}. Stages: ${stages.map(({ name, title }) => `\`${name}\` (${title})`).join(', ')}.`,
    ...Object.entries(presets).flatMap(([name, values]) =>
      Object.keys(values).length === 0 ? [] : [`Preset \`${name}\`: \`${JSON.stringify(values)}\`.`],
    ),
    ...(facts.length > 0 ? ['What its sources used elsewhere:', facts.join('\n')] : []),
  ];
}

function table(map: SettingMap): string {
  const rows = map.keys.flatMap((key) => {
    const setting = settingAt(map.data, concrete([...map.path, key]));
    if (!setting) return [];
    const path = [...map.path, key].join('.');
    return [
      setting.choices.length > 0 && setting.required
        ? discriminatorRow(path, map, setting)
        : row(path, setting),
    ];
  });
  if (rows.length === 0) return '';
  return ['| Setting | Takes | Default | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The key that chose the form that the table is about. */
function discriminatorRow(path: string, { forms }: SettingMap, { choices, paper }: Setting): string {
  const several = forms.length > 1 ? choices.filter(({ value }) => forms.includes(String(value))) : [];
  const distinct = new Set(several.map(({ meaning }) => meaning)).size > 1 ? several : [];
  const meanings = distinct.map(({ value, meaning }) => `\`${value}\`: ${meaning}.`);
  const text = [...meanings, ...paper.map((fact) => `*Source:* ${paperText(fact)}.`)].join(' ');
  return `| \`${path}\` | ${forms.join(', ')} | *required* | ${text} |`;
}

function row(path: string, setting: Setting): string {
  const preset = defaultText(setting);
  const meanings = setting.choices
    .filter(({ meaning }) => meaning !== '')
    .map(({ value, meaning }) => `\`${value}\`: ${meaning}.`);
  const text = [
    setting.description,
    ...meanings,
    ...setting.paper.map((fact) => `*Source:* ${paperText(fact)}.`),
    alsoCalled(setting),
  ];
  const cells = [
    `\`${path}\``,
    typeAndUnit(setting),
    setting.required ? '*required*' : preset === null ? '' : `\`${preset}\``,
    text.filter((each) => each !== '').join(' '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const alsoCalled = ({ alsoCalled: names }: Setting): string =>
  names.length === 0 ? '' : `Elsewhere called ${names.map((name) => `\`${name}\``).join(', ')}.`;

function rule(code: RuleCode): string {
  const { what, why, fix } = RULE_TEXTS[code];
  return [`### ${code}`, `*${RULES[code]}.* ${what}`, `Why: ${why}`, `What to do: ${fix}`].join('\n\n');
}
