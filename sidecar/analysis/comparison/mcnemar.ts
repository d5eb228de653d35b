import { chiSquareTail } from './normalTail.ts';

/** McNemar's test of two classifiers on the same samples: are they right equally often? */
export interface McNemar {
  /** b: samples that only the reference gets right. */
  readonly onlyReference: number;
  /** c: samples that only the other one gets right. */
  readonly onlyOther: number;
  /** Exact binomial, or χ² with continuity correction where there are many such samples. */
  readonly test: 'exact' | 'chiSquare';
  /** (|b − c| − 1)² / (b + c); null with the exact test. */
  readonly statistic: number | null;
  /** Two-sided, 0…1. */
  readonly p: number;
}

/** With so many discordant samples the two tests agree to three digits, and the sum would be long. */
export const EXACT_BELOW = 1000;

/** @param b samples that only the reference gets right @param c samples that only the other one gets right */
export function mcnemar(b: number, c: number): McNemar {
  const counts = { onlyReference: b, onlyOther: c };
  if (b + c < EXACT_BELOW) return { ...counts, test: 'exact', statistic: null, p: exact(b, c) };
  const statistic = Math.max(0, Math.abs(b - c) - 1) ** 2 / (b + c);
  return { ...counts, test: 'chiSquare', statistic, p: chiSquareTail(statistic) };
}

/** 2 · P(X ≤ min(b, c)) for X ~ Bin(b + c, ½), at most 1. Below 1,000 no power of ½ underflows. */
function exact(b: number, c: number): number {
  const n = b + c;
  let term = 2 ** -n;
  let sum = term;
  for (let k = 1; k <= Math.min(b, c); k++) {
    term *= (n - k + 1) / k;
    sum += term;
  }
  return Math.min(1, 2 * sum);
}
