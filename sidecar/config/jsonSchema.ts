import { z } from 'zod';
import type { MethodDeclaration } from '../methods/declaration.ts';
import { methodDeclarations } from '../methods/registry.options.ts';
import { experimentSchema } from './experiment.ts';
import type { SettingMeta } from './meta.ts';

/** What a setting's facts are called in JSON Schema begins with `x-`: to a validator they are comments. */
const OUR_KEYWORDS: readonly (keyof SettingMeta)[] = [
  'unit',
  'paper',
  'alsoCalled',
  'valuesAlsoCalled',
  'values',
  'related',
  'orElse',
];

/** JSON Schema (2020-12) of the experiment file, with each method's citation and what it used for settings of all methods. */
export function experimentJsonSchema(): object {
  const schema = z.toJSONSchema(experimentSchema, {
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      for (const key of OUR_KEYWORDS)
        if (key in jsonSchema) {
          jsonSchema[`x-${key}`] = jsonSchema[key];
          Reflect.deleteProperty(jsonSchema, key);
        }
    },
  });
  return {
    $id: 'https://distillery.invalid/experiment.schema.json',
    ...schema,
    'x-citations': Object.fromEntries(
      Object.values(methodDeclarations).map(({ name, citation }) => [name, citation]),
    ),
    'x-paper': Object.fromEntries(
      Object.values(methodDeclarations).flatMap((each: MethodDeclaration) =>
        each.paper ? [[each.name, each.paper]] : [],
      ),
    ),
  };
}
