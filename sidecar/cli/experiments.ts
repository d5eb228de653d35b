import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { estimateOf, type Estimate } from '../config/estimate.ts';
import { RULES } from '../config/findings.ts';
import { experimentJsonSchema } from '../config/jsonSchema.ts';
import { resolvedYaml, type DataProbe, type ResolvedExperiment } from '../config/load.ts';
import { loadExperiment } from '../config/loadFile.ts';
import { experimentTemplate, sourcesOf } from '../config/template.ts';
import { probeData } from '../datasets/probe.ts';
import { methodDeclarations } from '../methods/registry.options.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { RESOLVED_FILE } from '../store/runs.ts';
import { BadInput, EXIT, report, say, sayJson, table, tell } from './output.ts';

/** Errors and warnings of a file; only errors are bad input. */
export async function validate(file: string, set: readonly string[], json: boolean): Promise<number> {
  const { findings, parsed } = await loadExperiment(file, set, probeData);
  report(findings, json);
  const errors = findings.filter(({ code }) => RULES[code] === 'error').length;
  if (!json) tell(`${file}: ${errors} errors, ${findings.length - errors} warnings`);
  const estimate = parsed && estimateOf(parsed.experiment, parsed.plan);
  if (!json && estimate) tell(costText(estimate, parsed.plan.totalSteps));
  return errors > 0 ? EXIT.badInput : EXIT.ok;
}

/** Multiply–adds in a second of one core with WASM and of a middling GPU: for the order of magnitude alone. */
const SPEEDS = [
  ['one core', 1e10],
  ['a GPU at 1 T/s', 1e12],
] as const;

/** What a run will take, before it has begun. */
function costText({ networks, bytes, multiplyAdds }: Estimate, steps: number): string {
  const parameters = [...networks.values()].reduce((sum, each) => sum + each, 0);
  const times = SPEEDS.map(([what, speed]) => `${durationText(multiplyAdds / speed)} on ${what}`).join(', ');
  return `about ${(bytes / 2 ** 20).toFixed(0)} MiB a step, ${parameters.toLocaleString('en')} parameters in all networks, ${steps.toLocaleString('en')} steps; the main stage: some ${times}`;
}

function durationText(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 172_800 ? `${(seconds / 3600).toFixed(0)} h` : `${(seconds / 86_400).toFixed(0)} days`;
}

/** What a file, or a run, really runs. @throws BadInput after the findings were reported */
export async function resolvedOf(
  fileOrRun: string,
  set: readonly string[] = [],
): Promise<ResolvedExperiment> {
  const isFolder = existsSync(fileOrRun) && (await stat(fileOrRun)).isDirectory();
  const file = isFolder ? join(fileOrRun, RESOLVED_FILE) : fileOrRun;
  const { resolved, findings } = await loadExperiment(file, set, whereThere);
  if (resolved) return resolved;
  report(findings, false);
  throw new BadInput(`${file} cannot be run as it is.`);
}

/** A data set that is not here is as it is written: comparing experiments needs no data. */
const whereThere: DataProbe = (dataset, file) => {
  const probed = probeData(dataset, file);
  return probed.kind === 'found' ? probed : { kind: 'found', dataset };
};

export async function printResolved(file: string, set: readonly string[]): Promise<number> {
  process.stdout.write(resolvedYaml(await resolvedOf(file, set)));
  return EXIT.ok;
}

export function printSchema(): number {
  say(JSON.stringify(experimentJsonSchema(), null, 2));
  return EXIT.ok;
}

export function printMethods(json: boolean): number {
  const methods = Object.values(methodDeclarations);
  if (json)
    for (const { name, title, citation, basis, models, presets, stages } of methods)
      sayJson({
        name,
        title,
        citation,
        certainty: basis.certainty,
        basis: basis.note,
        models,
        presets: Object.keys(presets),
        stages: stages.map((stage) => stage.name),
      });
  else say(table(methods.map(({ name, citation }) => [name, citation])));
  return EXIT.ok;
}

/** Never over a file that exists. */
export function newExperiment(
  file: string,
  method: string,
  chosen: { readonly dataset: string; readonly environment: string },
): number {
  if (!Object.keys(methodDeclarations).includes(method))
    throw new BadInput(
      `There is no method ${method}. Choose one of ${Object.keys(methodDeclarations).join(', ')}.`,
    );
  const { kind, names } = sourcesOf(method);
  const source = chosen[kind];
  if (!names.includes(source))
    throw new BadInput(
      `There is no ${kind === 'dataset' ? 'data set' : kind} ${source}. Choose one of ${names.join(', ')}.`,
    );
  if (!/\.distill\.ya?ml$/u.test(file))
    throw new BadInput(`${file} should end in .distill.yaml, so that editors know it.`);
  if (existsSync(file)) throw new BadInput(`${file} exists already. Choose another name.`);
  writeFileAtomic(file, experimentTemplate(file, method, source));
  say(file);
  return EXIT.ok;
}
