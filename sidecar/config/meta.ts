import type { z } from 'zod';
import type { PaperFact } from '../methods/declaration.ts';

/** What is written down about a setting beside its type: the source of hover, completion, JSON Schema and the docs. */
export interface SettingMeta {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** As read after a number: `epochs`, `per epoch`, `samples`. */
  readonly unit?: string | undefined;
  /** What sources used, for settings whose schema belongs to one method. */
  readonly paper?: readonly PaperFact[] | undefined;
  /** Names under which people know the key; snake_case and kebab-case need not be told. */
  readonly alsoCalled?: readonly string[] | undefined;
  /** Names under which people know its values. */
  readonly valuesAlsoCalled?: Readonly<Record<string, string>> | undefined;
  /** Dotted paths of settings that it works together with. */
  readonly related?: readonly string[] | undefined;
  /** The setting that stands in its place: exactly one of the two is given. */
  readonly orElse?: string | undefined;
  /** What each value of a choice means. */
  readonly values?: Readonly<Record<string, string>> | undefined;
}

declare module 'zod' {
  // What `.meta({ … })` accepts: a misspelt certainty does not compile.
  interface GlobalMeta extends SettingMeta {
    readonly unit?: string | undefined;
  }
}

/** The facts of a schema, those of a wrapper before those of what it wraps. */
export function metaOf(schema: z.core.$ZodType): SettingMeta {
  const { def } = schema._zod as unknown as { def: { innerType?: z.core.$ZodType; in?: z.core.$ZodType } };
  const inner = def.innerType ?? def.in;
  const own = (schema as z.ZodType).meta() as SettingMeta | undefined;
  return { ...(inner && metaOf(inner)), ...own };
}
