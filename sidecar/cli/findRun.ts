import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listRuns } from '../store/runs.ts';
import { BadInput } from './output.ts';

/** A run by its directory, its id or the end of its id. @throws BadInput when none or several fit */
export async function findRun(runsFolder: string, name: string): Promise<string> {
  if (existsSync(join(name, 'run.json'))) return resolve(name);
  const { runs } = await listRuns(resolve(runsFolder));
  const matching = runs.filter(({ record }) => record.id === name || record.id.endsWith(name));
  const [only, second] = matching;
  if (!only)
    throw new BadInput(
      `There is no run ${name} in ${resolve(runsFolder)}. distillery list shows what there is.`,
    );
  if (second)
    throw new BadInput(
      `${name} fits ${matching.length} runs: ${matching.map(({ record }) => record.id).join(', ')}.`,
    );
  return only.runDir;
}
