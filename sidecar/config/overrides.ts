import { parse } from 'yaml';
import type { Complaint } from './findings.ts';
import { isRecord } from './records.ts';

/** Keys that reach into the language instead of the experiment. */
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * Sets what `path=value` says in plain data, in place; the value is read as YAML.
 * @returns the dotted path that was set, or what is wrong with the override
 */
export function applyOverride(
  data: Record<string, unknown>,
  override: string,
): { readonly path: string } | { readonly complaint: Complaint } {
  const at = override.indexOf('=');
  const path = override.slice(0, at);
  const wrong = (message: string, expected: string): { complaint: Complaint } => ({
    complaint: { code: 'badOverride', path: [path], message, expected, got: override },
  });
  if (at < 1)
    return wrong(`--set ${override} has no path and value.`, 'path=value, for example training.epochs=5');
  let value: unknown;
  try {
    value = parse(override.slice(at + 1));
  } catch (error) {
    return wrong(`The value of --set ${path} is not YAML: ${(error as Error).message}`, 'a YAML value');
  }
  const keys = path.split('.');
  const forbidden = keys.find((key) => key === '' || FORBIDDEN_KEYS.includes(key));
  if (forbidden !== undefined)
    return wrong(`--set ${path} names no setting.`, 'a path such as training.epochs');
  const last = keys.pop() ?? '';
  let target: unknown = data;
  for (const key of keys) {
    if (Array.isArray(target)) target = target[Number(key)] as unknown;
    else if (isRecord(target)) target = Object.hasOwn(target, key) ? target[key] : (target[key] = {});
    else return wrong(`--set ${path} goes through a value that is not a map.`, 'a path through maps');
  }
  if (Array.isArray(target)) {
    const index = Number(last);
    if (!Number.isInteger(index) || index < 0 || index > target.length)
      return wrong(
        `--set ${path} is no place in a list of ${target.length}.`,
        `an index from 0 to ${target.length}`,
      );
    target[index] = value;
  } else if (isRecord(target)) target[last] = value;
  else return wrong(`--set ${path} goes through a value that is not a map.`, 'a path through maps');
  return { path };
}
