import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z, type ZodType } from 'zod';
import { errorCodeSchema } from './errors.ts';
import { notifications, requests } from './messages.ts';
import { pointsSchema } from './series.ts';
import { formatVersion, PROTOCOL_VERSION } from './version.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** Paths of all fields, not looking into named types: they have sections of their own. */
function fieldPaths(schema: JsonSchema, prefix: string): string[] {
  const inside = (child: JsonSchema | undefined, path: string): string[] => {
    if (child === undefined) return [];
    const deeper = fieldPaths(child, path);
    return deeper.length > 0 ? deeper : [path];
  };
  if (schema.$ref !== undefined) return [];
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((one) =>
    fieldPaths(one, prefix),
  );
  const dot = prefix === '' ? '' : '.';
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    inside(child, `${prefix}${dot}${name}`),
  );
  const items = schema.type === 'array' ? inside(schema.items ?? {}, `${prefix}[]`) : [];
  const { additionalProperties: values } = schema;
  // A loose object says {} here: anything else may stand beside its fields.
  const isMap = typeof values === 'object' && schema.properties === undefined;
  return [...alternatives, ...properties, ...items, ...(isMap ? inside(values, `${prefix}${dot}*`) : [])];
}

const definitions = new Map<string, JsonSchema>();

function toJson(schema: ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  for (const [name, definition] of Object.entries(json.$defs ?? {})) definitions.set(name, definition);
  const { id } = schema.meta() ?? {};
  return typeof id === 'string' ? { $ref: id } : json;
}

/** What the page says: for each section, the first column of its tables by their header. */
function documented(): Map<string, Record<string, string[]>> {
  const sections = new Map<string, Record<string, string[]>>();
  for (const section of page.split(/^### /m).slice(1)) {
    const title = /^`(.+?)`/.exec(section)?.[1] ?? '';
    const tables: Record<string, string[]> = {};
    for (const [, header = '', rows = ''] of section.matchAll(/^\| (\w+) \|.*\n\|[ -|]+\n((?:\|.*\n)*)/gm)) {
      tables[header] = [...rows.matchAll(/^\| `(.+?)` \|/gm)].map(([, field = '']) => field).sort();
    }
    sections.set(title, tables);
  }
  return sections;
}

const unique = (paths: string[]): string[] => [...new Set(paths)].sort();

describe('docs/protocol.md', () => {
  const sections = documented();
  const methods = new Map<string, { Parameter: string[]; Result: string[] }>();
  for (const [method, { params, result }] of Object.entries(requests)) {
    methods.set(method, {
      Parameter: fieldPaths(toJson(params), ''),
      Result: fieldPaths(toJson(result), ''),
    });
  }
  for (const [method, params] of Object.entries(notifications)) {
    methods.set(method, { Parameter: fieldPaths(toJson(params), ''), Result: [] });
  }

  it.each([...methods])('has every field of %s and no other', (method, { Parameter, Result }) => {
    const tables = sections.get(method);
    expect(tables, `a section ### \`${method}\``).toBeDefined();
    expect(tables?.['Parameter'] ?? []).toEqual(unique(Parameter));
    expect(tables?.['Result'] ?? []).toEqual(unique(Result));
  });

  // Arrays of numbers are checked as a whole, so their JSON Schema does not say that they are arrays.
  definitions.set('Points', {
    properties: Object.fromEntries(Object.keys(pointsSchema.shape).map((name) => [name, { type: 'array' }])),
  });

  it.each([...definitions])('has every field of the type %s and no other', (name, definition) => {
    expect(sections.get(name)?.['Field']).toEqual(unique(fieldPaths(definition, '')));
  });

  it('describes nothing that does not exist', () => {
    expect([...sections.keys()].sort()).toEqual([...methods.keys(), ...definitions.keys()].sort());
  });

  it('has every error code and no other', () => {
    const codes = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
    const errors = codes.slice(0, codes.indexOf('internal') + 1);
    expect(errors).toEqual(errorCodeSchema.options);
  });

  it('is of the version that is spoken', () => {
    expect(page).toMatch(new RegExp(`^# Wire protocol ${formatVersion(PROTOCOL_VERSION)}\\n`));
  });
});
