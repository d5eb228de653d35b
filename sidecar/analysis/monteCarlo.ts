import { decay } from '../schedules/ramps.ts';

/**
 * The Monte-Carlo convergence simulation (dkel.md §11, our own design): with noisy teachers, is the decaying mix of
 * pools better early than individual targets and better late than the assembled one? Its own generator is part of the
 * published reference numbers, hence mulberry32 here and nowhere else.
 */
export interface MonteCarloOptions {
  readonly trials: number;
  readonly classes: number;
  readonly teachers: number;
  readonly temperature: number;
  readonly epochs: number;
  readonly innerSteps: number;
  readonly learningRate: number;
}

export const MONTE_CARLO: MonteCarloOptions = {
  trials: 200,
  classes: 10,
  teachers: 2,
  temperature: 3,
  epochs: 40,
  innerSteps: 5,
  learningRate: 0.3,
};

/** λ by epoch: none, all, or decaying with a rate (cut off at 0.01). */
export type MixSchedule = 'individual' | 'ensemble' | { readonly rate: number };

/** Uniforms in [0, 1) of mulberry32. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let v = Math.imul(state ^ (state >>> 15), state | 1);
    v ^= v + Math.imul(v ^ (v >>> 7), v | 61);
    return ((v ^ (v >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box–Muller, cosine branch: two uniforms a normal. */
export function normalOf(uniform: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}

export function softmax(logits: readonly number[], temperature: number): number[] {
  const scaled = logits.map((logit) => logit / temperature);
  const highest = Math.max(...scaled);
  const powers = scaled.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

const average = (vectors: readonly (readonly number[])[]): number[] =>
  (vectors[0] ?? []).map(
    (_, c) => vectors.reduce((sum, vector) => sum + (vector[c] ?? 0), 0) / vectors.length,
  );

const divergence = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, value, c) => sum + value * Math.log(value / (q[c] ?? NaN)), 0);

function mix(schedule: MixSchedule, epoch: number): number {
  if (schedule === 'individual') return 0;
  if (schedule === 'ensemble') return 1;
  return decay(epoch, schedule.rate, 0.01);
}

/** KL(true ‖ student) by trial and epoch for every schedule; all schedules see the same draws. */
export function simulateConvergence(
  schedules: readonly MixSchedule[],
  options: MonteCarloOptions = MONTE_CARLO,
): number[][][] {
  const { trials, classes, teachers, temperature, epochs, innerSteps, learningRate } = options;
  const results: number[][][] = schedules.map(() => []);
  for (let trial = 0; trial < trials; trial++) {
    const uniform = mulberry32(1000 + trial);
    const base = Array.from({ length: classes }, () => 4 * normalOf(uniform));
    const truth = softmax(base, temperature);
    const students = schedules.map(() => new Array<number>(classes).fill(0));
    const curves = schedules.map((): number[] => []);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const noise = 1 + 6 * Math.exp(-epoch / 10);
      const confidence = 1 + (1 - Math.exp(-epoch / 30));
      const drawn = Array.from({ length: teachers }, () =>
        base.map((logit) => confidence * logit + noise * normalOf(uniform)),
      );
      const geometric = softmax(average(drawn), temperature);
      const arithmetic = average(drawn.map((logits) => softmax(logits, temperature)));
      schedules.forEach((schedule, index) => {
        const share = mix(schedule, epoch);
        const target = geometric.map((value, c) => share * value + (1 - share) * (arithmetic[c] ?? 0));
        let student = students[index] ?? [];
        for (let inner = 0; inner < innerSteps; inner++) {
          const own = softmax(student, temperature);
          student = student.map((logit, c) => logit - learningRate * ((own[c] ?? 0) - (target[c] ?? 0)));
        }
        students[index] = student;
        curves[index]?.push(divergence(truth, softmax(student, temperature)));
      });
    }
    curves.forEach((curve, index) => results[index]?.push(curve));
  }
  return results;
}

/** Mean over trials, by epoch. */
export const meanOverTrials = (trials: readonly (readonly number[])[]): number[] => average(trials);

/** The two pools of noisy teachers, once, without any training: means over trials. */
export interface StaticPools {
  readonly klTrueArithmetic: number;
  readonly klTrueGeometric: number;
  readonly entropyArithmetic: number;
  readonly entropyGeometric: number;
  /** mean_k KL(p_k ‖ uniform). */
  readonly individual: number;
  /** KL(p̂ ‖ uniform). */
  readonly assembled: number;
  /** Share of trials in which the assembled divergence is no larger than the individual one. */
  readonly shareAssembledSmaller: number;
}

/** @param noise standard deviation σ added to the base logits of every teacher */
export function staticPools(noise: number, options: MonteCarloOptions = MONTE_CARLO): StaticPools {
  const { trials, classes, teachers, temperature } = options;
  const uniformly = new Array<number>(classes).fill(1 / classes);
  const rows = Array.from({ length: trials }, (_, trial) => {
    const uniform = mulberry32(1000 + trial);
    const base = Array.from({ length: classes }, () => 4 * normalOf(uniform));
    const drawn = Array.from({ length: teachers }, () =>
      base.map((logit) => logit + noise * normalOf(uniform)),
    );
    const truth = softmax(base, temperature);
    const geometric = softmax(average(drawn), temperature);
    const each = drawn.map((logits) => softmax(logits, temperature));
    const arithmetic = average(each);
    const individual = each.reduce((sum, p) => sum + divergence(p, uniformly), 0) / teachers;
    const assembled = divergence(geometric, uniformly);
    return [
      divergence(truth, arithmetic),
      divergence(truth, geometric),
      entropy(arithmetic),
      entropy(geometric),
      individual,
      assembled,
      Number(assembled <= individual),
    ];
  });
  const [a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN, g = NaN] = average(rows);
  return {
    klTrueArithmetic: a,
    klTrueGeometric: b,
    entropyArithmetic: c,
    entropyGeometric: d,
    individual: e,
    assembled: f,
    shareAssembledSmaller: g,
  };
}

const entropy = (p: readonly number[]): number => -p.reduce((sum, value) => sum + value * Math.log(value), 0);
