import type { z } from 'zod';
import { accepts, choices, kindOf, members, valueSchema } from '../../../../sidecar/config/schemaWalk.ts';
import { defaultOf, isRequired } from '../../../../sidecar/config/setting.ts';

type Schema = z.core.$ZodType;

/** The plainest value that a schema takes: its default, or what is required and nothing else. */
export function sampleOf(schema: Schema): unknown {
  return samplesOf(schema)[0];
}

/** One value for each way in which a schema can be met: a union's members, a choice's values. */
export function samplesOf(schema: Schema): unknown[] {
  const preset = defaultOf(schema);
  if (preset !== undefined) return [preset];
  switch (kindOf(schema)) {
    case 'map': {
      const shapes = members(schema);
      if (shapes.length > 0) return inTurn(shapes.map(({ shape }) => filled(Object.entries(shape))));
      const value = valueSchema(schema);
      if (accepts(schema, {}) || !value) return [{}];
      return samplesOf(value).map((each) => ({ default: each }));
    }
    case 'choice':
      return [...choices(schema)];
    case 'boolean':
      return [false];
    case 'list':
      return [[]];
    case 'text':
      return [''];
    case 'number':
      return [0, 1].filter((each) => accepts(schema, each)).slice(0, 1);
    case 'mixed':
      return [...choices(schema)].slice(0, 1);
  }
}

/** The first of every list, then the second of each, and so on: all kinds come before the variants of one. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}

/** Maps with every required key; one for each way to meet the first of them. */
function filled(entries: readonly (readonly [string, Schema])[]): Record<string, unknown>[] {
  const [first, ...rest] = entries.filter(([, schema]) => isRequired(schema));
  if (!first) return [{}];
  const others = Object.fromEntries(rest.map(([key, schema]) => [key, sampleOf(schema)]));
  return samplesOf(first[1]).map((value) => ({ [first[0]]: value, ...others }));
}
