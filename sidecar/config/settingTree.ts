import type { z } from 'zod';
import { experimentSchema } from './experiment.ts';
import type { Path } from './findings.ts';
import { metaOf } from './meta.ts';
import { choices, discriminatorValues, kindOf, members, valueSchema } from './schemaWalk.ts';

type Schema = z.core.$ZodType;

/** A map of the experiment: one form of it where a discriminator chooses between several. */
export interface SettingMap {
  /** `*` stands for a name that people choose. */
  readonly path: Path;
  /** Values of the discriminator that choose this form; empty where there is one form alone. */
  readonly forms: readonly string[];
  readonly title: string;
  readonly description: string;
  /** Data that leads to this form: what hover and completion need to see it. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly keys: readonly string[];
  readonly below: readonly SettingMap[];
}

/** A name that stands for any. */
const ANY = 'default';

/** Every map that an experiment can have, in the order of the schema, each with its keys. */
export const settingTree = (): SettingMap => {
  const [root] = mapsOf(experimentSchema, [], (value) => value as Record<string, unknown>);
  if (!root) throw new Error('The experiment is a map.');
  return root;
};

/** @param put sets a value of this map into data of the whole experiment */
function mapsOf(schema: Schema, path: Path, put: (value: unknown) => Record<string, unknown>): SettingMap[] {
  const own = metaOf(schema);
  const discriminator = discriminatorValues(schema)?.key;
  const forms = members(schema).map(({ schema: member, shape }): SettingMap => {
    const names = discriminator === undefined ? [] : choices(shape[discriminator] ?? member).map(String);
    const chosen = discriminator === undefined ? {} : { [discriminator]: names[0] };
    const meta = metaOf(member);
    return {
      path,
      forms: names,
      title: meta.title ?? own.title ?? String(path.at(-1) ?? ''),
      description: (discriminator === undefined ? own.description : undefined) ?? meta.description ?? '',
      data: put(chosen),
      keys: Object.keys(shape),
      below: Object.entries(shape).flatMap(([key, inner]) =>
        kindOf(inner) === 'map'
          ? mapsOf(inner, [...path, key], (value) => put({ ...chosen, [key]: value }))
          : [],
      ),
    };
  });
  const values = valueSchema(schema);
  if (!values) return forms;
  const below = mapsOf(values, [...path, '*'], (value) => put({ [ANY]: value }));
  const { title = '', description = '' } = own;
  return [{ path, forms: [], title, description, data: put({}), keys: [], below }];
}

/** The maps of a tree in its order. */
export const flat = (map: SettingMap): SettingMap[] => [map, ...map.below.flatMap(flat)];

/** A path with `*` as one that data has. */
export const concrete = (path: Path): Path => path.map((segment) => (segment === '*' ? ANY : segment));
