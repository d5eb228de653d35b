import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchor, configurationPage } from './configurationPage.ts';
import { RULES } from './findings.ts';
import { experimentJsonSchema } from './jsonSchema.ts';
import { settingAt } from './setting.ts';
import { concrete, flat, settingTree } from './settingTree.ts';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly 'x-related'?: readonly string[];
}

/** Dotted paths of every property of a JSON Schema; `*` where names are free. */
function propertiesOf(schema: JsonSchema, path = ''): string[] {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => [
      at(key),
      ...propertiesOf(inner, at(key)),
    ]),
    ...(typeof schema.additionalProperties === 'object'
      ? propertiesOf(schema.additionalProperties, at('*'))
      : []),
    ...(schema.oneOf ?? []).flatMap((member) => propertiesOf(member, path)),
  ];
}

const page = configurationPage();
const schema = experimentJsonSchema() as JsonSchema;
const settings = [...new Set(propertiesOf(schema))];
const inTree = flat(settingTree()).flatMap(({ path, keys }) => keys.map((key) => [...path, key].join('.')));

describe('docs/configuration.md', () => {
  it('is what the schema says: node scripts/docs.mjs writes it anew', () => {
    expect(readFileSync('docs/configuration.md', 'utf8') === page, 'run: node scripts/docs.mjs').toBe(true);
  });

  it('tells of every setting', () => {
    const sections = new Set(page.split('\n').filter((line) => line.startsWith('## ')));
    const elsewhere = /^stages\.\*\.(?<key>(?:optimizer|schedule)\..+)$/u;
    const absent = settings.filter((path) => {
      const own = elsewhere.exec(path)?.groups?.['key'] ?? path;
      return !page.includes(`| \`${own}\` |`) && !sections.has(`## ${path}`);
    });
    expect(absent).toEqual([]);
    expect(new Set(inTree)).toEqual(new Set(settings));
  });

  it('tells of every rule, at the anchor that diagnostics link to', () => {
    const headings = page
      .split('\n')
      .flatMap((line) => /^#+ (?<text>.+)$/u.exec(line)?.groups?.['text'] ?? []);
    const anchors = new Set(headings.map(anchor));
    expect(Object.keys(RULES).filter((code) => !anchors.has(code.toLowerCase()))).toEqual([]);
    const links = [...page.matchAll(/\]\(#(?<to>[^)]+)\)/gu)].map((match) => match.groups?.['to'] ?? '');
    expect(links.filter((to) => !anchors.has(to))).toEqual([]);
  });
});

describe('settings', () => {
  it('have a meaning, each of them', () => {
    const silent = flat(settingTree()).flatMap(({ data, path, keys }) =>
      keys.filter((key) => settingAt(data, concrete([...path, key]))?.description === ''),
    );
    expect(silent).toEqual([]);
  });

  it('point only at settings that exist', () => {
    const related = [...JSON.stringify(schema).matchAll(/"x-related":\[(?<paths>[^\]]*)\]/gu)].flatMap(
      (match) => JSON.parse(`[${match.groups?.['paths'] ?? ''}]`) as string[],
    );
    expect(related.filter((path) => !settings.includes(path))).toEqual([]);
    expect(related.length).toBeGreaterThan(10);
  });

  it('say how sure each fact about a source is, and present nothing as published that is not', () => {
    const facts = flat(settingTree()).flatMap(({ data, path, keys }) =>
      keys.flatMap((key) => settingAt(data, concrete([...path, key]))?.paper ?? []),
    );
    expect(facts.length).toBeGreaterThan(20);
    for (const { certainty, source } of facts)
      // DPD's paper was read in full, of others the abstract alone.
      if (certainty === 'published') expect(source).toMatch(/abstract|^DPD, paper/u);
  });
});
