/** Row lists of equal length. */
export type Matrix = readonly (readonly number[])[];

/** Solves A X = B by elimination with pivots. @param a square */
export function solve(a: Matrix, b: Matrix): number[][] {
  const n = a.length;
  const rows = a.map((row, i) => [...row, ...(b[i] ?? [])]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = row;
    const [upper, lower] = [rows[pivot] ?? [], rows[column] ?? []];
    [rows[column], rows[pivot]] = [upper, lower];
    const scale = upper[column] ?? NaN;
    for (let row = 0; row < n; row++) {
      const current = rows[row];
      if (row === column || !current) continue;
      const factor = (current[column] ?? 0) / scale;
      if (factor !== 0) rows[row] = current.map((value, k) => value - factor * (upper[k] ?? 0));
    }
  }
  return rows.map((row, i) => row.slice(n).map((value) => value / (row[i] ?? NaN)));
}
