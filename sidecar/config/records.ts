import type { Path } from './findings.ts';

/** A map of plain data: neither null nor a list. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at `path` in plain data; undefined where there is none. Never looks at what data inherits. */
export const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      Array.isArray(value)
        ? (value as readonly unknown[])[Number(key)]
        : isRecord(value) && Object.hasOwn(value, String(key))
          ? value[String(key)]
          : undefined,
    data,
  );

/** A copy of plain data without what stands at `path`; the order of keys stays. */
export function without(data: unknown, [key, ...below]: Path): unknown {
  if (!isRecord(data) || key === undefined) return data;
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => {
      if (name !== String(key)) return [[name, value] as const];
      return below.length === 0 ? [] : [[name, without(value, below)] as const];
    }),
  );
}
