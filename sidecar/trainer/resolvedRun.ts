import { join } from 'node:path';
import { formatFinding } from '../config/findings.ts';
import { parseExperiment, type ResolvedExperiment } from '../config/load.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { readResolved, RESOLVED_FILE } from '../store/runs.ts';

/** What a run really runs. @throws ProtocolError `wrong-state` when this version cannot run it */
export async function resolvedRun(runDir: string): Promise<ResolvedExperiment> {
  const file = join(runDir, RESOLVED_FILE);
  const { resolved, findings } = parseExperiment(file, await readResolved(runDir));
  if (resolved) return resolved;
  throw new ProtocolError(
    'wrong-state',
    `${file} is not valid for this version of Distillery.\n${findings.map(formatFinding).join('\n')}`,
    'Use the version that made the run, or start a new run from its experiment.',
  );
}
