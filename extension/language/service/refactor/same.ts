import { checkDocument, type ParsedExperiment } from '../../../../sidecar/config/check.ts';
import { ExperimentDocument } from '../../../../sidecar/config/document.ts';
import { experimentSchema } from '../../../../sidecar/config/experiment.ts';
import { inSchemaOrder } from '../../../../sidecar/config/schemaWalk.ts';
import type { Source } from '../source.ts';

/** Everything that is run, as a comparable text: the settings, and what each stage makes of its own. */
export const meaningOf = ({ experiment, plan }: ParsedExperiment): string =>
  JSON.stringify([
    inSchemaOrder(experimentSchema, { ...experiment, stages: {} }),
    plan.stages.map(({ asked, steps, optimizer, schedule }) => [asked, steps, optimizer, schedule]),
    [...plan.models.keys()],
  ]);

/** Whether another text is the same experiment. */
export function sameExperiment(source: Source, text: string): boolean {
  const before = source.checked.parsed;
  const after = checkDocument(new ExperimentDocument(source.document.uri, text), source.probe).parsed;
  return before !== null && after !== null && meaningOf(before) === meaningOf(after);
}
