import fc from 'fast-check';
import { z } from 'zod';
import { parseData } from '../../sidecar/config/check.ts';
import { experimentSchema } from '../../sidecar/config/experiment.ts';

/** The part of JSON Schema that our settings use. */
interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
}

/** Large enough to vary, small enough to run the rules at once. */
const MOST = 300;

/** Any value that a JSON Schema of ours describes. */
function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const members = schema.anyOf ?? schema.oneOf;
  if (members) return fc.oneof(...members.map(valueOf));
  switch (schema.type) {
    case 'integer': {
      const min = schema.minimum ?? (schema.exclusiveMinimum ?? -1) + 1;
      return fc.integer({ min, max: Math.min(schema.maximum ?? MOST, min + MOST) });
    }
    case 'number': {
      // A hundredth of a rate must still be a number above 0.
      const min = schema.minimum ?? (schema.exclusiveMinimum ?? 0) + 1e-6;
      const max = Math.min(schema.maximum ?? schema.exclusiveMaximum ?? MOST, MOST);
      return fc
        .double({ min, max, noNaN: true })
        .map((value) => Number(value.toPrecision(6)))
        .filter((value) => value > (schema.exclusiveMinimum ?? -Infinity))
        .filter((value) => value < (schema.exclusiveMaximum ?? Infinity));
    }
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return schema.pattern === undefined
        ? fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
        : fc.stringMatching(/^[a-z]{1,8}\.distill\.yaml$/u);
    case 'array':
      if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map(valueOf));
      return fc.array(schema.items ? valueOf(schema.items) : fc.constant(0), { maxLength: 3 });
    default:
      return mapOf(schema);
  }
}

function mapOf({ properties, required = [], additionalProperties }: JsonSchema): fc.Arbitrary<unknown> {
  if (!properties)
    return fc.dictionary(
      fc.constantFrom('default', 'student', 'teacher', 'other'),
      typeof additionalProperties === 'object' ? valueOf(additionalProperties) : fc.constant(0),
      { maxKeys: 2 },
    );
  const parts = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, valueOf(schema)]));
  return fc.record(parts, { requiredKeys: [...required] });
}

/** Whatever the schema takes: every key of it turns up, rules may object. */
export const acceptedExperiments: fc.Arbitrary<Record<string, unknown>> = valueOf(
  z.toJSONSchema(experimentSchema, { io: 'input', reused: 'inline' }) as JsonSchema,
)
  .map((value) => value as Record<string, unknown>)
  .filter((value) => parseData(value) !== null);
