/** A parameter in which runs differ. */
export interface Difference {
  /** Dotted. */
  readonly path: string;
  /** JSON texts in the order of the runs; undefined where a run does not have it. */
  readonly values: readonly (string | undefined)[];
}

/** What is not the same in all runs, in the order in which it is met. */
export function differencesOf(parameters: readonly Readonly<Record<string, string>>[]): Difference[] {
  return allPaths(parameters)
    .map((path) => ({ path, values: parameters.map((own) => own[path]) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

export const allPaths = (parameters: readonly Readonly<Record<string, string>>[]): string[] => [
  ...new Set(parameters.flatMap((own) => Object.keys(own))),
];
