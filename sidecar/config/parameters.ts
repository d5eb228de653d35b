import { parse } from 'yaml';
import { flattenExperiment } from './diff.ts';
import { leavesOf } from './leaves.ts';
import { parseExperiment } from './load.ts';
import { onlyStages, statedStages } from './statedStages.ts';

/**
 * What a resolved experiment says, by dotted path, as JSON text; settings of stages that follow from the rest are left out, as
 * in every comparison. A run of another version, which this one's schema may refuse, is read as it stands.
 * @throws what the YAML parser says
 */
export function parametersOf(resolvedText: string): Record<string, string> {
  const { resolved } = parseExperiment('resolved.yaml', resolvedText);
  const settings = resolved
    ? flattenExperiment(onlyStages(resolved.experiment, statedStages(resolved.experiment)))
    : leavesOf(parse(resolvedText));
  return Object.fromEntries([...settings].map(([path, value]) => [path, JSON.stringify(value)]));
}
