/**
 * Reading small JSON files through a schema. A file that is being replaced is seen old or new, never in between.
 *
 * API: readJson, readJsonSync.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z, type ZodType } from 'zod';
import { StoreError, systemErrorCode } from './errors.ts';

function parse<T>(path: string, schema: ZodType<T>, text: string): T {
  const invalid = (reason: string, cause: unknown): StoreError =>
    new StoreError(
      'invalid-file',
      `${path} is not a valid ${basename(path)}: ${reason}`,
      'Restore the file from a copy, or remove it if nothing needs it.',
      cause,
    );
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw invalid(z.prettifyError(result.error), result.error);
}

/** Null when the file does not exist. @throws StoreError `invalid-file`. */
export async function readJson<T>(path: string, schema: ZodType<T>): Promise<T | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
  return parse(path, schema, text);
}

/** As {@link readJson}, for timers and exit handlers. */
export function readJsonSync<T>(path: string, schema: ZodType<T>): T | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
  return parse(path, schema, text);
}
