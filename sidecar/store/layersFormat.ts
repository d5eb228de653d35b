/**
 * The files of a TensorFlow.js layers model: `model.json` and `weights.bin`. Bytes only; the layout is what
 * `tf.loadLayersModel` reads.
 *
 * API: encodeLayersModel(artifacts) → files, decodeLayersModel(files) → artifacts, weightBytes(spec).
 */
import { z } from 'zod';
import { StoreError } from './errors.ts';

const BYTES_PER_VALUE = {
  float32: 4,
  int32: 4,
  complex64: 8,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
} as const;
type StoredType = keyof typeof BYTES_PER_VALUE;

const weightSpecSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32', 'bool', 'complex64']),
  quantization: z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']) }).optional(),
});
export type WeightSpec = z.output<typeof weightSpecSchema>;

const modelSchema = z.looseObject({
  modelTopology: z.unknown(),
  format: z.string().optional(),
  generatedBy: z.string().optional(),
  convertedBy: z.string().nullable().optional(),
  userDefinedMetadata: z.record(z.string(), z.unknown()).optional(),
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()), weights: z.array(weightSpecSchema) })),
});

export interface LayersArtifacts {
  modelTopology: unknown;
  weightSpecs: WeightSpec[];
  /** All weights end to end, in the order of the specs. */
  weightData: Uint8Array;
  userDefinedMetadata?: Record<string, unknown>;
}

const WEIGHTS_FILE = 'weights.bin';
const MODEL_FILE = 'model.json';

/** Bytes that a weight takes in the file. */
export function weightBytes({ shape, dtype, quantization }: WeightSpec): number {
  const stored: StoredType = quantization?.dtype ?? dtype;
  return shape.reduce((product, size) => product * size, BYTES_PER_VALUE[stored]);
}

function assertLength(weightSpecs: WeightSpec[], actual: number): void {
  const expected = weightSpecs.reduce((sum, spec) => sum + weightBytes(spec), 0);
  if (expected === actual) return;
  throw new StoreError(
    'invalid-weights',
    `The weights take ${actual} bytes, their shapes ask for ${expected}.`,
    'Save the model again; one of its files is of another version.',
  );
}

/** @throws StoreError `invalid-weights` when the bytes do not fit the shapes. */
export function encodeLayersModel(artifacts: LayersArtifacts): Map<string, Uint8Array> {
  const { modelTopology, weightSpecs, weightData, userDefinedMetadata } = artifacts;
  assertLength(weightSpecs, weightData.length);
  const model: z.input<typeof modelSchema> = {
    modelTopology,
    format: 'layers-model',
    generatedBy: 'Distillery',
    convertedBy: null,
    ...(userDefinedMetadata === undefined ? {} : { userDefinedMetadata }),
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
  };
  return new Map([
    [MODEL_FILE, new TextEncoder().encode(JSON.stringify(model))],
    [WEIGHTS_FILE, weightData],
  ]);
}

/** Weights may be split over any number of files, as other writers do. @throws StoreError for anything unsound. */
export function decodeLayersModel(files: ReadonlyMap<string, Uint8Array>): LayersArtifacts {
  const file = (path: string): Uint8Array => {
    const bytes = files.get(path);
    if (bytes !== undefined) return bytes;
    throw new StoreError(
      'missing-file',
      `The model has no ${path}.`,
      'Copy all files of the model together.',
    );
  };
  let parsed: z.ZodSafeParseResult<z.output<typeof modelSchema>>;
  try {
    parsed = modelSchema.safeParse(JSON.parse(new TextDecoder().decode(file(MODEL_FILE))));
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw invalidModel(error instanceof Error ? error.message : String(error), error);
  }
  if (!parsed.success) throw invalidModel(z.prettifyError(parsed.error), parsed.error);
  const { modelTopology, userDefinedMetadata, weightsManifest } = parsed.data;
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  const weightData = Buffer.concat(weightsManifest.flatMap((group) => group.paths.map(file)));
  assertLength(weightSpecs, weightData.length);
  return {
    modelTopology,
    weightSpecs,
    weightData,
    ...(userDefinedMetadata === undefined ? {} : { userDefinedMetadata }),
  };
}

function invalidModel(reason: string, cause: unknown): StoreError {
  return new StoreError(
    'invalid-file',
    `${MODEL_FILE} is not a TensorFlow.js layers model: ${reason}`,
    'Save the model again.',
    cause,
  );
}
