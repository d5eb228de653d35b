type Metrics = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Figures of a method's own by role, in columns by metric. */
export function metricTable(metrics: Metrics): string[][] {
  const names = [...new Set(Object.values(metrics).flatMap(Object.keys))];
  return [
    ['role', ...names],
    ...Object.entries(metrics).map(([role, own]) => [
      role,
      ...names.map((name) => own[name]?.toFixed(2) ?? '–'),
    ]),
  ];
}
