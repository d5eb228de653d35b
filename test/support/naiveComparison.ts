/** A second, naive implementation of what a comparison measures: nothing of ours is used, and nothing is fast. */

export type Matrix = readonly (readonly number[])[];

export function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

export const answer = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));

export function metrics(logits: Matrix, labels: readonly number[]) {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const rank = (row: readonly number[], label: number) =>
    row.toSorted((a, b) => b - a).indexOf(row[label] ?? NaN);
  const bins = new Map<number, { sure: number; right: number }[]>();
  logits.forEach((row, index) => {
    const sure = Math.max(...softmax(row));
    const bin = Math.min(14, Math.floor(sure * 15));
    bins.set(bin, [...(bins.get(bin) ?? []), { sure, right: Number(answer(row) === labels[index]) }]);
  });
  return {
    top1: mean(logits.map((row, index) => Number(answer(row) === labels[index]))),
    top5: mean(logits.map((row, index) => Number(rank(row, labels[index] ?? 0) < 5))),
    crossEntropy: mean(logits.map((row, index) => -Math.log(softmax(row)[labels[index] ?? 0] ?? NaN))),
    ece: [...bins.values()].reduce(
      (total, inside) =>
        total +
        (inside.length / labels.length) *
          Math.abs(mean(inside.map(({ sure }) => sure)) - mean(inside.map(({ right }) => right))),
      0,
    ),
  };
}

/** Two-sided binomial test with whole numbers, by Pascal's triangle. */
export function mcnemarExact(b: number, c: number): number {
  let row = [1n];
  for (let n = 0; n < b + c; n++) row = [1n, ...row.slice(1).map((value, k) => value + (row[k] ?? 0n)), 1n];
  const tail = row.slice(0, Math.min(b, c) + 1).reduce((sum, value) => sum + value, 0n);
  // Enough decimals for a p that is tiny.
  const scale = 10n ** 60n;
  return Math.min(1, 2 * (Number((tail * scale) / 2n ** BigInt(b + c)) / 1e60));
}

const product = (a: Matrix, b: Matrix): number[][] => {
  const columns = (b[0] ?? []).map((_, column) => b.map((row) => row[column] ?? NaN));
  return a.map((row) =>
    columns.map((column) => row.reduce((sum, value, k) => sum + value * (column[k] ?? NaN), 0)),
  );
};

/** K · H with K = X Xᵀ and the centring matrix H = I − 1/n written out. @param features [samples][width] */
export function centredKernel(features: Matrix): number[][] {
  const n = features.length;
  const transposed = (features[0] ?? []).map((_, column) => features.map((row) => row[column] ?? NaN));
  const centring = features.map((_, i) => features.map((_, j) => Number(i === j) - 1 / n));
  return product(product(features, transposed), centring);
}

/** HSIC form of linear CKA: tr(K H L H) / √(tr(K H K H) · tr(L H L H)). */
export function hsicCka(kh: Matrix, lh: Matrix): number {
  const trace = (a: Matrix, b: Matrix) =>
    a.reduce((sum, row, i) => sum + row.reduce((part, value, j) => part + value * (b[j]?.[i] ?? NaN), 0), 0);
  return trace(kh, lh) / Math.sqrt(trace(kh, kh) * trace(lh, lh));
}
