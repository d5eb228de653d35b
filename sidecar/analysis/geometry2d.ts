import { emaCoefficient, type EmaWarmup } from '../schedules/emaWarmup.ts';

/**
 * The 2-D geometry experiment (dkel.md §10, our own design): student and EMA teacher on a noiseless quadratic, to see
 * whether the teacher pulls the student in a direction of its own.
 */
export type Point = readonly [x: number, y: number];

export interface GeometryOptions {
  readonly start: Point;
  readonly optimum: Point;
  /** Where the teacher begins: see {@link initialisedTeacher}. */
  readonly teacher: Point;
  readonly learningRate: number;
  /** κ, the strength of the pull toward the teacher. */
  readonly pull: number;
  readonly beta: number;
  readonly warmup: EmaWarmup;
  readonly steps: number;
}

export interface GeometryRow {
  readonly student: Point;
  readonly teacher: Point;
  /** ‖θ − θ*‖. */
  readonly distance: number;
  /** ‖θ − φ‖. */
  readonly gap: number;
  /** Degrees between the teacher's pull and the way to the optimum; null while the two networks coincide. */
  readonly angle: number | null;
}

export interface Geometry {
  /** Before each step, and after the last. */
  readonly rows: readonly GeometryRow[];
  /** mean_{t<10} gap / r₀. */
  readonly decoupling: number;
  /** mean_{t<10} gap · |sin ψ| / r₀. */
  readonly transverse: number;
  /** First step at which the student is within a tenth of its first distance; null when it never is. */
  readonly stepsToTenth: number | null;
}

/** φ₀ after n gradient steps toward the optimum of the teacher's own batches, in closed form. */
export function initialisedTeacher(start: Point, optimum: Point, rate: number, steps: number): Point {
  const left = (1 - rate) ** steps;
  return [optimum[0] + left * (start[0] - optimum[0]), optimum[1] + left * (start[1] - optimum[1])];
}

const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];
const norm = ([x, y]: Point): number => Math.hypot(x, y);
const mix = (a: Point, b: Point, share: number): Point => [
  share * a[0] + (1 - share) * b[0],
  share * a[1] + (1 - share) * b[1],
];

export function simulateGeometry(options: GeometryOptions): Geometry {
  const { optimum, learningRate, pull, beta, warmup, steps } = options;
  let [student, teacher] = [options.start, options.teacher];
  const rows: GeometryRow[] = [rowOf(student, teacher, optimum)];
  for (let step = 0; step < steps; step++) {
    const [toOptimum, toTeacher] = [minus(student, optimum), minus(student, teacher)];
    student = [
      student[0] - learningRate * (toOptimum[0] + pull * toTeacher[0]),
      student[1] - learningRate * (toOptimum[1] + pull * toTeacher[1]),
    ];
    teacher = mix(teacher, student, emaCoefficient(warmup, step, beta));
    rows.push(rowOf(student, teacher, optimum));
  }
  const first = rows[0]?.distance ?? NaN;
  const early = rows.slice(0, 10);
  const mean = (of: (row: GeometryRow) => number) =>
    early.reduce((sum, row) => sum + of(row), 0) / early.length / first;
  const tenth = rows.findIndex(({ distance }) => distance < 0.1 * first);
  return {
    rows,
    decoupling: mean(({ gap }) => gap),
    transverse: mean(({ gap, angle }) =>
      angle === null ? 0 : gap * Math.abs(Math.sin((angle * Math.PI) / 180)),
    ),
    stepsToTenth: tenth < 0 ? null : tenth,
  };
}

function rowOf(student: Point, teacher: Point, optimum: Point): GeometryRow {
  const [pull, descent] = [minus(teacher, student), minus(optimum, student)];
  const gap = norm(pull);
  const cross = pull[0] * descent[1] - pull[1] * descent[0];
  const dot = pull[0] * descent[0] + pull[1] * descent[1];
  return {
    student,
    teacher,
    distance: norm(descent),
    gap,
    // atan2 keeps 0° and 180° exact where an arc cosine would lose half the digits.
    angle: gap < 1e-12 ? null : (Math.atan2(Math.abs(cross), dot) * 180) / Math.PI,
  };
}
