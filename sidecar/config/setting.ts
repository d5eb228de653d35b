import type { z } from 'zod';
import type { MethodDeclaration, PaperFact } from '../methods/declaration.ts';
import { methodDeclarations } from '../methods/registry.options.ts';
import { experimentSchema } from './experiment.ts';
import { show, type Path } from './findings.ts';
import { metaOf } from './meta.ts';
import { valueAt } from './records.ts';
import { choices, discriminatorValues, kindOf, members, schemaAt, type Kind } from './schemaWalk.ts';
import { typeText } from './typeText.ts';

type Schema = z.core.$ZodType;

export interface Choice {
  readonly value: string | number | boolean;
  /** What it means, empty where nothing is known. */
  readonly meaning: string;
}

/** Everything there is to know about one setting of an experiment. */
export interface Setting {
  readonly path: Path;
  readonly kind: Kind;
  readonly title: string | null;
  readonly description: string;
  /** What may stand there: `a number ≥ 0, < 1`. */
  readonly type: string;
  readonly unit: string | null;
  readonly choices: readonly Choice[];
  /** Undefined where there is none. */
  readonly default: unknown;
  readonly required: boolean;
  /** The setting that may stand in its place, where it is required. */
  readonly orElse: string | null;
  readonly paper: readonly PaperFact[];
  readonly alsoCalled: readonly string[];
  readonly related: readonly string[];
}

/** The setting at `path` as the data's discriminators have it, or null where the schema has none. */
export function settingAt(data: unknown, path: Path): Setting | null {
  const owner = schemaAt(experimentSchema, data, path.slice(0, -1));
  const union = owner && discriminatorValues(owner);
  // At a discriminator every member of the union has its say.
  if (owner && union && union.key === path.at(-1)) return discriminatorSetting(owner, path, data);
  const schema = schemaAt(experimentSchema, data, path);
  return schema ? describe(schema, path, data) : null;
}

function describe(schema: Schema, path: Path, data: unknown): Setting {
  const meta = metaOf(schema);
  const kind = kindOf(schema);
  return {
    path,
    kind,
    title: meta.title ?? null,
    description: meta.description ?? '',
    type: kind === 'map' ? 'a map' : typeText(schema),
    unit: meta.unit ?? null,
    choices:
      kind === 'map'
        ? []
        : choices(schema).map((value) => ({
            value: value as Choice['value'],
            meaning: meta.values?.[String(value)] ?? '',
          })),
    default: presetValue(path, data) ?? defaultOf(schema),
    required: isRequired(schema),
    orElse: meta.orElse ?? null,
    paper: [...(meta.paper ?? []), ...paperOf(path, data)],
    alsoCalled: meta.alsoCalled ?? [],
    related: (meta.related ?? []).filter((other) => other !== path.join('.')),
  };
}

function discriminatorSetting(union: Schema, path: Path, data: unknown): Setting {
  const key = String(path.at(-1));
  const found = members(union).flatMap((member): Choice[] => {
    const own = member.shape[key];
    if (!own) return [];
    const { title, description } = metaOf(member.schema);
    const meanings = metaOf(own).values;
    const meaning = [title, description].filter((text) => text !== undefined).join(': ');
    return choices(own).map((value) => ({
      value: String(value),
      meaning: meanings?.[String(value)] ?? meaning,
    }));
  });
  const chosen = valueAt(data, path.slice(0, -1));
  const own = members(union).find((member) => {
    const at = member.shape[key];
    return at && choices(at).includes(valueAt(chosen, [key]));
  })?.shape[key];
  return {
    ...describe(own ?? union, path, data),
    kind: 'choice',
    title: null,
    description: metaOf(union).description ?? '',
    type: found.map(({ value }) => show(value).replaceAll('"', '')).join(', '),
    choices: found,
    default: undefined,
    required: true,
  };
}

/** The value that counts where none is written; undefined where there is none. */
export function defaultOf(schema: Schema): unknown {
  const { def } = schema._zod as unknown as { def: { type: string; defaultValue?: unknown } };
  return def.type === 'default' || def.type === 'prefault' ? def.defaultValue : undefined;
}

/** Whether a map without this value, and without what may stand in its place, is refused. */
export const isRequired = (schema: Schema): boolean =>
  schema._zod.optin === undefined || metaOf(schema).orElse !== undefined;

/** The declaration of the method that the data names, if there is one. */
export function declarationIn(data: unknown): MethodDeclaration | null {
  const method = valueAt(data, ['method', 'name']);
  return Object.values(methodDeclarations).find(({ name }) => name === method) ?? null;
}

const paperOf = (path: Path, data: unknown): readonly PaperFact[] =>
  declarationIn(data)?.paper?.[path.join('.')] ?? [];

/** What the chosen preset says; undefined where it says nothing. */
function presetValue([first, ...below]: Path, data: unknown): unknown {
  const preset = valueAt(data, ['method', 'preset']);
  const presets = declarationIn(data)?.presets;
  return first === 'method' && presets && typeof preset === 'string'
    ? valueAt(presets, [preset, ...below])
    : undefined;
}
