import type { Correlation } from './correlation.ts';

/** A convolution of [height, width, inputs] images to `outputs` channels; kernel [kernelHeight, kernelWidth]. */
export interface ConvolutionShape {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  /** Zeros on each side, less than the kernel's size. */
  readonly padding: number;
}

/** Pixels along one axis of the output. */
export function outputSize(input: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((input + 2 * padding - kernel) / stride) + 1;
}

/** What tells one shape from another. */
export function shapeKey(shape: ConvolutionShape): string {
  const { height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
  return [height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding].join(',');
}

/**
 * The same convolution on other axes where that is simpler: a 1×1 kernel with stride 1 sees no neighbours, so the
 * image may as well be one row.
 */
export function simplified(shape: ConvolutionShape): ConvolutionShape {
  const { height, width, kernelHeight, kernelWidth, stride, padding } = shape;
  const isPointwise = kernelHeight * kernelWidth * stride === 1 && padding === 0;
  return isPointwise ? { ...shape, height: 1, width: height * width } : shape;
}

/** The forward convolution as a correlation of the padded image. */
export function forwardCorrelation(shape: ConvolutionShape): Correlation {
  const { height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
  const columns = outputSize(width, kernelWidth, stride, padding);
  const imageRow = (width + 2 * padding) * inputs;
  return {
    rows: outputSize(height, kernelHeight, stride, padding),
    columns,
    channels: outputs,
    runs: kernelHeight,
    run: kernelWidth * inputs,
    runStep: imageRow,
    source: { pixel: stride * inputs, row: stride * imageRow },
    destination: { pixel: outputs, row: columns * outputs },
  };
}

/** One axis of one phase of an input gradient: the inputs whose distance from the window's start leaves one remainder. */
interface Phase {
  /** First input of the phase, and how many there are, `stride` apart. */
  readonly first: number;
  readonly count: number;
  /** Taps of the kernel that reach them, in descending order: so their outputs ascend. */
  readonly taps: readonly number[];
  /** Output that the first of those taps comes from, for the first input; may be negative. */
  readonly output: number;
}

/** All phases of one axis that any tap reaches. */
function phases(input: number, kernel: number, stride: number, padding: number): Phase[] {
  const found: Phase[] = [];
  for (let first = 0; first < Math.min(stride, input); first++) {
    const taps: number[] = [];
    for (let tap = kernel - 1; tap >= 0; tap--) {
      if ((first + padding - tap) % stride === 0) taps.push(tap);
    }
    const [largest] = taps;
    if (largest === undefined) continue;
    const count = Math.ceil((input - first) / stride);
    found.push({ first, count, taps, output: (first + padding - largest) / stride });
  }
  return found;
}

/** One phase of an input gradient: which pixels it fills, by which correlation of the padded output gradient. */
export interface InputPhase {
  /** Floats from the start of the padded gradient to the first window, and from the start of the image to its pixel. */
  readonly sourceOffset: number;
  readonly destinationOffset: number;
  /** Taps, as [row, column] of the kernel, in the order in which the packed filters hold them. */
  readonly taps: readonly (readonly [number, number])[];
  readonly correlation: Correlation;
}

/** The input gradient as correlations of the output's gradient, padded by zeros. */
export interface InputGradientPlan {
  /** Size of the padded gradient, and where in it the gradient begins. */
  readonly rows: number;
  readonly columns: number;
  readonly top: number;
  readonly left: number;
  /** Whether the phases fill every pixel; if not, the others are zero. */
  readonly complete: boolean;
  readonly phases: readonly InputPhase[];
}

/** Margins that the windows of all phases reach into, on one axis. */
function margins(axis: readonly Phase[], outputs: number): { before: number; size: number } {
  const before = Math.max(0, ...axis.map(({ output }) => -output));
  const last = Math.max(
    outputs - 1,
    ...axis.map(({ output, taps, count }) => output + taps.length - 1 + count - 1),
  );
  return { before, size: before + last + 1 };
}

/**
 * Plans the input gradient. dx[h] = Σ over taps t with h + padding − t divisible by the stride of
 * w[t] · dy[(h + padding − t) / stride]: for each remainder of h by the stride a correlation of its own, in which no
 * multiplication by a zero in between is done.
 */
export function planInputGradient(shape: ConvolutionShape): InputGradientPlan {
  const { height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
  const vertical = phases(height, kernelHeight, stride, padding);
  const horizontal = phases(width, kernelWidth, stride, padding);
  const rows = margins(vertical, outputSize(height, kernelHeight, stride, padding));
  const columns = margins(horizontal, outputSize(width, kernelWidth, stride, padding));
  const gradientRow = columns.size * outputs;
  const all = vertical.flatMap((v) =>
    horizontal.map((h) => ({
      sourceOffset: (v.output + rows.before) * gradientRow + (h.output + columns.before) * outputs,
      destinationOffset: (v.first * width + h.first) * inputs,
      taps: v.taps.flatMap((row) => h.taps.map((column) => [row, column] as const)),
      correlation: {
        rows: v.count,
        columns: h.count,
        channels: inputs,
        runs: v.taps.length,
        run: h.taps.length * outputs,
        runStep: gradientRow,
        source: { pixel: outputs, row: gradientRow },
        destination: { pixel: stride * inputs, row: stride * width * inputs },
      },
    })),
  );
  const filled = all.reduce((sum, { correlation }) => sum + correlation.rows * correlation.columns, 0);
  return {
    rows: rows.size,
    columns: columns.size,
    top: rows.before,
    left: columns.before,
    complete: filled === height * width,
    phases: all,
  };
}
