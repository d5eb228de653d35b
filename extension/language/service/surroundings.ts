import { z } from 'zod';
import { datasetOptions, type DatasetOptions } from '../../../sidecar/config/experiment.ts';

const knownRun = z.object({
  id: z.string(),
  name: z.string(),
  /** URI of the run directory. */
  folder: z.string(),
  method: z.string(),
  model: z.string(),
  dataset: z.string(),
  batchSize: z.number().nullable(),
  secondsPerStep: z.number().nullable(),
  backend: z.string().nullable(),
  /** The headline metric as people read it, `98.4 %`. */
  headline: z.string().nullable(),
  /** Steps, ascending. */
  checkpoints: z.array(z.number()),
  /** Step of the best checkpoint. */
  best: z.number().nullable(),
});

/** A run that exists beside the experiment files. */
export type KnownRun = z.infer<typeof knownRun>;

/** What there is of a data set whose files an experiment names. */
const probedData = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('found'), dataset: datasetOptions }),
  z.object({
    kind: z.literal('wrong'),
    code: z.enum(['dataMissing', 'dataUnusable']),
    key: z.string(),
    message: z.string(),
    expected: z.string(),
  }),
]);

/** Under which {@link Surroundings.data} has the data set of a document: its paths are meant from there. */
export const dataKey = (uri: string, dataset: DatasetOptions): string => `${uri} ${JSON.stringify(dataset)}`;

/** What the language service knows besides the text of a document. It crosses a process boundary, so it is a schema. */
export const surroundingsSchema = z.object({
  /** URI of docs/configuration.md; diagnostics link to its anchors. */
  documentation: z.string().nullable(),
  /** Newest first. */
  runs: z.array(knownRun),
  /** URIs of the other experiment files in the workspace. */
  experiments: z.array(z.string()),
  /** Why a data set is not installed, by its name; absent = installed, or unknown. */
  datasetProblems: z.record(z.string(), z.string()),
  /** By {@link dataKey}: what was found where documents name files. Absent = nobody has looked. */
  data: z.record(z.string(), probedData),
  /** Memory of the device that would compute. */
  memoryBytes: z.number().nullable(),
});
export type Surroundings = z.infer<typeof surroundingsSchema>;

export const NO_SURROUNDINGS: Surroundings = {
  documentation: null,
  runs: [],
  experiments: [],
  datasetProblems: {},
  data: {},
  memoryBytes: null,
};
