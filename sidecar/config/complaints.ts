import type { z } from 'zod';
import { elsewhere } from './elsewhere.ts';
import type { Complaint, Path } from './findings.ts';
import { show } from './findings.ts';
import { metaOf } from './meta.ts';
import { isAlsoCalled, nearest, valueMeant } from './nearest.ts';
import { valueAt } from './records.ts';
import { choices, discriminators, discriminatorValues, keysAt, schemaAt } from './schemaWalk.ts';

const listed = (values: readonly unknown[]) => values.map(show).join(', ');

/** What a zod issue says, in our words: code, path, expectation, nearest valid key or value. */
export function complaintsOf(root: z.ZodType, data: unknown, issue: z.core.$ZodIssue): Complaint[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  const got = valueAt(data, path);
  const name = path.length > 0 ? path.join('.') : 'The experiment';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(root, data, path, key));
    case 'invalid_type':
      if (got === undefined)
        return [
          {
            code: 'missingKey',
            path,
            message: `${name} is missing.`,
            expected: expectation(root, data, path, issue.expected),
          },
        ];
      return [
        {
          code: 'wrongType',
          path,
          message: `${name} is ${show(got)}.`,
          expected: expectation(root, data, path, issue.expected),
          got,
        },
      ];
    case 'too_small':
    case 'too_big': {
      const small = issue.code === 'too_small';
      const bound = small ? issue.minimum : issue.maximum;
      const sign = small ? (issue.inclusive ? '≥' : '>') : issue.inclusive ? '≤' : '<';
      const what =
        issue.origin === 'array' || issue.origin === 'string'
          ? `a length ${sign} ${String(bound)}`
          : `${sign} ${String(bound)}`;
      return [{ code: 'outOfRange', path, message: `${name} is ${show(got)}.`, expected: what, got }];
    }
    case 'invalid_value': {
      if (got === undefined)
        return [
          {
            code: 'missingKey',
            path,
            message: `${name} is missing.`,
            expected: `one of ${listed(issue.values)}`,
          },
        ];
      return [unknownValue(root, data, path, issue.values)];
    }
    case 'invalid_union': {
      const union = schemaAt(root, data, path);
      const discriminator = union && discriminatorValues(union);
      if (!discriminator) {
        // The data's discriminator is the last segment of the path when the union's own key is at fault.
        const owner = schemaAt(root, data, path.slice(0, -1));
        const values = owner && discriminatorValues(owner);
        if (values && values.key === path.at(-1)) {
          if (got === undefined)
            return [
              {
                code: 'missingKey',
                path,
                message: `${name} is missing.`,
                expected: `one of ${listed(values.values)}`,
              },
            ];
          return [unknownValue(root, data, path, values.values)];
        }
      } else if (typeof got === 'object' && got !== null) {
        const at = [...path, discriminator.key];
        const value = valueAt(data, at);
        if (value === undefined)
          return [
            {
              code: 'missingKey',
              path: at,
              message: `${at.join('.')} is missing.`,
              expected: `one of ${listed(discriminator.values)}`,
            },
          ];
        return [unknownValue(root, data, at, discriminator.values)];
      } else if (got === undefined) {
        return [
          {
            code: 'missingKey',
            path,
            message: `${name} is missing.`,
            expected: `a map with ${discriminator.key}: ${listed(discriminator.values)}`,
          },
        ];
      }
      return [
        {
          code: 'wrongType',
          path,
          message: `${name} is ${show(got)}.`,
          expected: expectation(root, data, path, 'a valid value'),
          got,
        },
      ];
    }
    case 'invalid_key':
      return [
        {
          code: 'invalid',
          path,
          atKey: true,
          message: `${name} is not a valid name.`,
          expected: 'a lower-camel-case name',
          got: path.at(-1),
        },
      ];
    default:
      return [{ code: 'invalid', path, message: `${name} is ${show(got)}.`, expected: issue.message, got }];
  }
}

/** A key that is no setting: a known one under another name, one misspelt, or anything else. */
function unknownKey(root: z.ZodType, data: unknown, path: Path, key: string): Complaint {
  const valid = keysAt(root, data, path);
  const open = valid.filter((candidate) => valueAt(data, [...path, candidate]) === undefined);
  const name = [...path, key].join('.');
  const at = { path: [...path, key], atKey: true, got: key };
  const meant = valid.find((candidate) => {
    const schema = schemaAt(root, data, [...path, candidate]);
    return isAlsoCalled(key, candidate, schema ? (metaOf(schema).alsoCalled ?? []) : []);
  });
  if (meant !== undefined)
    return {
      ...at,
      code: 'renamedKey',
      message: `${name} is called ${meant} here${open.includes(meant) ? '' : ', and that is set already'}.`,
      expected: meant,
      suggestion: open.includes(meant) ? meant : null,
    };
  return {
    ...at,
    code: 'unknownKey',
    message: `${name} is not a setting.`,
    expected: valid.length > 0 ? `one of ${valid.join(', ')}` : 'another place',
    suggestion: nearest(key, open) ?? nearest(key, valid) ?? elsewhere(data, path, key)?.join('.') ?? null,
  };
}

function unknownValue(root: z.ZodType, data: unknown, path: Path, values: readonly unknown[]): Complaint {
  const got = valueAt(data, path);
  return {
    code: 'unknownValue',
    path,
    message: `${path.join('.')} is ${show(got)}.`,
    expected: `one of ${listed(values)}`,
    got,
    suggestion: valueMeant(String(got), values.map(String), aliasesAt(root, data, path)),
  };
}

/** Other names of the values that may stand at `path`; at a discriminator those of every member. */
function aliasesAt(root: z.ZodType, data: unknown, path: Path): Readonly<Record<string, string>> {
  const owner = schemaAt(root, data, path.slice(0, -1));
  const own = schemaAt(root, data, path);
  const schemas = [...(own ? [own] : []), ...(owner ? discriminators(owner) : [])];
  return Object.assign({}, ...schemas.map((schema) => metaOf(schema).valuesAlsoCalled)) as Record<
    string,
    string
  >;
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  tuple: 'a list',
};

function expectation(root: z.ZodType, data: unknown, path: Path, type: string): string {
  const schema = schemaAt(root, data, path);
  const values = schema ? choices(schema) : [];
  if (values.length > 0) return `one of ${listed(values)}`;
  return TYPES[type] ?? type;
}
