import { z } from 'zod';
import { methodDeclarations } from '../methods/registry.options.ts';
import { experimentSchema } from './experiment.ts';

/** JSON Schema (2020-12) of the experiment file, with each method's citation. */
export function experimentJsonSchema(): object {
  const schema = z.toJSONSchema(experimentSchema, { io: 'input', reused: 'inline' });
  return {
    $id: 'https://distillery.invalid/experiment.schema.json',
    ...schema,
    'x-citations': Object.fromEntries(
      Object.values(methodDeclarations).map(({ name, citation }) => [name, citation]),
    ),
  };
}
