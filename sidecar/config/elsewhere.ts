import type { z } from 'zod';
import { experimentSchema } from './experiment.ts';
import type { Path } from './findings.ts';
import { metaOf } from './meta.ts';
import { isAlsoCalled } from './nearest.ts';
import { isRecord, valueAt } from './records.ts';
import { schemaAt } from './schemaWalk.ts';
import { flat, settingTree, type SettingMap } from './settingTree.ts';

let maps: readonly SettingMap[] | null = null;

/** Maps whose place is fixed, in the order of the schema. */
function fixedMaps(): readonly SettingMap[] {
  maps ??= flat(settingTree()).filter(({ path }) => !path.includes('*'));
  return maps;
}

/** Where a key that has no place at `path` is a setting and not yet given, or null; its own name counts before others. */
export const elsewhere = (data: unknown, path: Path, key: string): Path | null =>
  search(data, path, (name) => name === key) ??
  search(data, path, (name, schema) => isAlsoCalled(key, name, metaOf(schema).alsoCalled ?? []));

function search(
  data: unknown,
  path: Path,
  isMeant: (name: string, schema: z.core.$ZodType) => boolean,
): Path | null {
  for (const map of fixedMaps()) {
    const [section] = map.path;
    const owner = valueAt(data, map.path);
    if (map.path.join('.') === path.join('.') || (owner !== undefined && !isRecord(owner))) continue;
    // What the data chooses counts; where a section is absent, the form that is its default.
    const seen = section !== undefined && valueAt(data, [section]) === undefined ? map.data : data;
    const name = map.keys.find((candidate) => {
      const schema = schemaAt(experimentSchema, seen, [...map.path, candidate]);
      return candidate !== 'name' && schema !== undefined && isMeant(candidate, schema);
    });
    if (name !== undefined && valueAt(owner, [name]) === undefined) return [...map.path, name];
  }
  return null;
}
