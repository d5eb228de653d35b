import { z } from 'zod';

/** The part of JSON Schema that our settings use. */
interface Shape {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape | false;
  readonly prefixItems?: readonly Shape[];
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly maxLength?: number;
}

const texts = new WeakMap<z.core.$ZodType, string>();

/** What a schema takes, in words: `a whole number ≥ 2, ≤ 8`. */
export function typeText(schema: z.core.$ZodType): string {
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const text = words(z.toJSONSchema(schema as z.ZodType, { io: 'input' }) as Shape);
  texts.set(schema, text);
  return text;
}

function words(shape: Shape): string {
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  if (shape.enum) return shape.enum.map(String).join(', ');
  if (shape.anyOf) return shape.anyOf.map(words).join(' or ');
  switch (shape.type) {
    case 'integer':
      return `a whole number${range(shape)}`;
    case 'number':
      return `a number${range(shape)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return shape.maxLength === undefined ? 'text' : `text of at most ${shape.maxLength} characters`;
    case 'array': {
      if (shape.prefixItems)
        return `a list of ${shape.prefixItems.length}: ${words(shape.prefixItems[0] ?? {})}`;
      const most = shape.maxItems === undefined ? '' : `at most ${shape.maxItems}, `;
      return `a list, ${most}each ${shape.items ? words(shape.items) : 'anything'}`;
    }
    case 'null':
      return 'null';
    default:
      return 'a map';
  }
}

function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Shape): string {
  const bounds = [
    minimum === undefined ? null : `≥ ${minimum}`,
    exclusiveMinimum === undefined ? null : `> ${exclusiveMinimum}`,
    maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? null : `≤ ${maximum}`,
    exclusiveMaximum === undefined ? null : `< ${exclusiveMaximum}`,
  ].filter((bound) => bound !== null);
  return bounds.length === 0 ? '' : ` ${bounds.join(', ')}`;
}
