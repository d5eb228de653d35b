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

/** How a matrix of differences is sorted: by the parameter's name, or by what one run has. */
export interface Order {
  readonly column: 'parameter' | number;
  readonly descending: boolean;
}

/** Numbers by size, then everything else as text; what a run does not have comes last, whichever way. */
export function sorted(differences: readonly Difference[], { column, descending }: Order): Difference[] {
  const way = descending ? -1 : 1;
  if (column === 'parameter') return differences.toSorted((a, b) => way * a.path.localeCompare(b.path));
  return differences.toSorted((a, b) => {
    const [left, right] = [a.values[column], b.values[column]];
    if (left === undefined || right === undefined)
      return Number(left === undefined) - Number(right === undefined);
    const [x, y] = [Number(left), Number(right)];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return way * (Number.isNaN(x) ? left.localeCompare(right) : x - y);
  });
}

/** The matrix as rows of text, its head first. @param names of the runs, in order */
export const matrixRows = (
  head: string,
  names: readonly string[],
  differences: readonly Difference[],
): string[][] => [
  [head, ...names],
  ...differences.map(({ path, values }) => [path, ...values.map((value) => value ?? '')]),
];

export const allPaths = (parameters: readonly Readonly<Record<string, string>>[]): string[] => [
  ...new Set(parameters.flatMap((own) => Object.keys(own))),
];
