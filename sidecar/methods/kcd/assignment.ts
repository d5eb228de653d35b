import type { Stream } from '../../random/stream.ts';

/**
 * Which teacher channel each student channel is compared with: injective maps over a cost matrix, rows student, columns
 * teacher, at least as many columns as rows (kcd.md §3.3). Ties go to the lowest row, then the lowest column.
 */
export type Assignment = readonly number[];
type Costs = readonly (readonly number[])[];

export const totalCost = (costs: Costs, map: Assignment): number =>
  map.reduce((sum, column, row) => sum + (costs[row]?.[column] ?? NaN), 0);

export const identityMap = (rows: number): number[] => Array.from({ length: rows }, (_, row) => row);

export const randomMap = (rows: number, columns: number, stream: Stream): number[] => [
  ...stream.permutation(columns).slice(0, rows),
];

/** Row after row, the cheapest column that is left. */
export function greedySequential(costs: Costs): number[] {
  const taken = new Set<number>();
  return costs.map((row) => {
    let best = -1;
    row.forEach((cost, column) => {
      if (!taken.has(column) && (best === -1 || cost < (row[best] ?? Infinity))) best = column;
    });
    taken.add(best);
    return best;
  });
}

/** Again and again the cheapest pair of all that are left. */
export function greedyGlobal(costs: Costs): number[] {
  const pairs = costs
    .flatMap((row, i) => row.map((cost, j) => ({ cost, i, j })))
    .toSorted((a, b) => a.cost - b.cost || a.i - b.i || a.j - b.j);
  const map = costs.map(() => -1);
  const taken = new Set<number>();
  for (const { i, j } of pairs) {
    if (map[i] !== -1 || taken.has(j)) continue;
    map[i] = j;
    taken.add(j);
  }
  return map;
}

/** The cheapest injective map: shortest augmenting paths with potentials, O(rows² · columns). */
export function bipartite(costs: Costs): number[] {
  const rows = costs.length;
  const columns = costs[0]?.length ?? 0;
  if (columns < rows) throw new RangeError(`${rows} rows cannot be assigned to ${columns} columns.`);
  const cost = (row: number, column: number): number => costs[row - 1]?.[column - 1] ?? NaN;
  // Index 0 stands for "none"; rows and columns are counted from 1.
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    const least = new Float64Array(columns + 1).fill(Infinity);
    const before = new Int32Array(columns + 1);
    const seen = new Uint8Array(columns + 1);
    let column = 0;
    rowOf[0] = row;
    do {
      seen[column] = 1;
      const current = rowOf[column] ?? 0;
      let delta = Infinity;
      let next = 0;
      for (let j = 1; j <= columns; j++) {
        if (seen[j]) continue;
        const reduced = cost(current, j) - (rowPotential[current] ?? 0) - (columnPotential[j] ?? 0);
        if (reduced < (least[j] ?? Infinity)) {
          least[j] = reduced;
          before[j] = column;
        }
        if ((least[j] ?? Infinity) < delta) {
          delta = least[j] ?? Infinity;
          next = j;
        }
      }
      for (let j = 0; j <= columns; j++)
        if (seen[j]) {
          const assigned = rowOf[j] ?? 0;
          rowPotential[assigned] = (rowPotential[assigned] ?? 0) + delta;
          columnPotential[j] = (columnPotential[j] ?? 0) - delta;
        } else least[j] = (least[j] ?? Infinity) - delta;
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      const previous = before[column] ?? 0;
      rowOf[column] = rowOf[previous] ?? 0;
      column = previous;
    }
  }
  const map = new Array<number>(rows).fill(-1);
  for (let column = 1; column <= columns; column++) {
    const row = rowOf[column] ?? 0;
    if (row > 0) map[row - 1] = column - 1;
  }
  return map;
}
