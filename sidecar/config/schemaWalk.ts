import { z } from 'zod';
import { isRecord, valueAt } from './records.ts';
import type { Path } from './findings.ts';

type Schema = z.core.$ZodType;

/** Strips defaults, optionals and other wrappers. */
export function unwrap(schema: Schema): Schema {
  const { def } = schema._zod as unknown as { def: { innerType?: Schema; in?: Schema } };
  const inner = def.innerType ?? def.in;
  return inner ? unwrap(inner) : schema;
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly options?: readonly Schema[];
  readonly discriminator?: string;
  readonly valueType?: Schema;
  readonly element?: Schema;
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
}

const definition = (schema: Schema) => unwrap(schema)._zod.def as unknown as Definition;

/** The literal values that a schema allows, or none when it is not a choice. */
export function choices(schema: Schema): readonly unknown[] {
  const def = definition(schema);
  if (def.type === 'enum') return Object.values(def.entries ?? {});
  if (def.type === 'literal') return def.values ?? [];
  if (def.type === 'union') return (def.options ?? []).flatMap(choices);
  return [];
}

/** The member of a union that the data's discriminator chooses; other schemas as they are. */
function chosen(schema: Schema, data: unknown): Schema | undefined {
  const def = definition(schema);
  if (def.type !== 'union' || def.discriminator === undefined) return unwrap(schema);
  const value = isRecord(data) ? data[def.discriminator] : undefined;
  return def.options?.find((option) => {
    const at = definition(option).shape?.[def.discriminator ?? ''];
    return at !== undefined && choices(at).includes(value);
  });
}

/** The schema of the value at `path`, following discriminators in the data; undefined where there is none. */
export function schemaAt(root: Schema, data: unknown, path: Path): Schema | undefined {
  let schema: Schema | undefined = root;
  let value = data;
  for (const segment of path) {
    schema = schema && chosen(schema, value);
    if (!schema) return undefined;
    const def: Definition = definition(schema);
    const key = String(segment);
    schema = def.shape && Object.hasOwn(def.shape, key) ? def.shape[key] : (def.valueType ?? def.element);
    value = valueAt(value, [segment]);
  }
  return schema;
}

/** Keys that the map at `path` may have; for an undecided union, those of its discriminator. */
export function keysAt(root: Schema, data: unknown, path: Path): readonly string[] {
  const at = schemaAt(root, data, path);
  if (!at) return [];
  const union = definition(at).discriminator;
  const shape = definition(chosen(at, valueAt(data, path)) ?? at).shape;
  return shape ? Object.keys(shape) : union === undefined ? [] : [union];
}

/** Values of a union's discriminator, read from its members. */
export function discriminatorValues(union: Schema): { key: string; values: readonly unknown[] } | undefined {
  const def = definition(union);
  const key = def.discriminator;
  if (key === undefined) return undefined;
  return {
    key,
    values: (def.options ?? []).flatMap((option) => choices(definition(option).shape?.[key] ?? option)),
  };
}

export type Kind = 'map' | 'list' | 'choice' | 'boolean' | 'number' | 'text' | 'mixed';

/** What sort of value a schema takes; `null` beside another sort does not count. */
export function kindOf(schema: Schema): Kind {
  const def = definition(schema);
  switch (def.type) {
    case 'object':
    case 'record':
      return 'map';
    case 'array':
    case 'tuple':
      return 'list';
    case 'enum':
    case 'literal':
      return 'choice';
    case 'boolean':
    case 'number':
      return def.type;
    case 'string':
      return 'text';
    case 'union': {
      const kinds = new Set((def.options ?? []).map(kindOf));
      const [only] = kinds;
      return kinds.size === 1 && only ? only : 'mixed';
    }
    default:
      return 'mixed';
  }
}

/** The maps that a schema can be: a union's members, or itself. */
export function members(
  schema: Schema,
): readonly { schema: Schema; shape: Readonly<Record<string, Schema>> }[] {
  const def = definition(schema);
  if (def.type === 'union') return (def.options ?? []).flatMap(members);
  return def.shape ? [{ schema: unwrap(schema), shape: def.shape }] : [];
}

/** The schema of the values of a map with free keys. */
export const valueSchema = (schema: Schema): Schema | undefined => definition(schema).valueType;

/** Whether a schema takes a value as it is. */
export const accepts = (schema: Schema, value: unknown): boolean => z.safeParse(schema, value).success;

/** The schemas of a union's discriminator, one per member; none for other schemas. */
export function discriminators(union: Schema): readonly Schema[] {
  const { discriminator, options = [] } = definition(union);
  if (discriminator === undefined) return [];
  return options.flatMap((option) => definition(option).shape?.[discriminator] ?? []);
}

/** Reorders plain data into the order of the schema's keys, so that two files compare line by line. */
export function inSchemaOrder(schema: Schema, data: unknown): unknown {
  if (Array.isArray(data))
    return data.map((item) => inSchemaOrder(definition(schema).element ?? schema, item));
  if (!isRecord(data)) return data;
  const at = chosen(schema, data) ?? schema;
  const def = definition(at);
  const keys = def.shape ? Object.keys(def.shape).filter((key) => key in data) : Object.keys(data).sort();
  return Object.fromEntries(
    keys
      .filter((key) => data[key] !== undefined)
      .map((key) => [key, inSchemaOrder(def.shape?.[key] ?? def.valueType ?? at, data[key])]),
  );
}
