import { join } from 'node:path';
import { modelParameters } from '../config/estimate.ts';
import type { ResolvedExperiment } from '../config/load.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { GivenWeights } from '../protocol/runRecord.ts';
import { readCheckpoint, type CheckpointFiles } from '../store/checkpoints.ts';
import { chosenCheckpoint } from '../store/chosenCheckpoint.ts';
import { StoreError } from '../store/errors.ts';
import { decodeLayersModel } from '../store/layersFormat.ts';
import { readRun } from '../store/runs.ts';
import { sha256 } from '../store/sha256.ts';

export interface Given {
  /** `<network>/model.json`, `<network>/weights.bin`. */
  readonly files: CheckpointFiles;
  readonly record: Record<string, GivenWeights>;
}

/**
 * What networks of an experiment begin with, from the runs that it names.
 * @throws ProtocolError `wrong-state` when a run, role or checkpoint is not there, or is of another network
 */
export async function givenWeights(runsFolder: string, resolved: ResolvedExperiment): Promise<Given> {
  const files: CheckpointFiles = new Map();
  const record: Record<string, GivenWeights> = {};
  for (const [network, asked] of Object.entries(resolved.experiment.weights)) {
    const refuse = (message: string, next: string): ProtocolError =>
      new ProtocolError('wrong-state', `weights.${network}: ${message}`, next);
    const runDir = join(runsFolder, asked.run);
    const source = await readRun(runDir).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      throw refuse(
        `the run ${asked.run} cannot be read: ${error.message}`,
        'Name a run of the same runs folder.',
      );
    });
    const role = source.roles.find(({ id }) => id === asked.role);
    const exportable = source.roles.filter(({ path }) => path).map(({ id }) => id);
    if (!role?.path)
      throw refuse(
        `${asked.run} has no network for the role ${asked.role}.`,
        exportable.length > 0 ? `Choose one of ${exportable.join(', ')}.` : 'Choose a run of this version.',
      );
    const checkpoint = await chosenCheckpoint(runDir, asked.checkpoint);
    const all = await readCheckpoint(checkpoint);
    const own = new Map(
      ['model.json', 'weights.bin'].flatMap((name) => {
        const bytes = all.get(`${role.path?.network ?? ''}/${name}`);
        return bytes ? [[name, bytes] as const] : [];
      }),
    );
    assertSameSize(own, role.path.output, network, resolved, refuse);
    for (const [name, bytes] of own) files.set(`${network}/${name}`, bytes);
    record[network] = {
      run: asked.run,
      step: checkpoint.step,
      role: asked.role,
      output: role.path.output,
      digest: sha256(own.get('weights.bin') ?? new Uint8Array()),
    };
  }
  return { files, record };
}

/** The trainer compares every tensor; that a network is another one altogether is told before there is a run. */
function assertSameSize(
  files: ReadonlyMap<string, Uint8Array>,
  output: string,
  network: string,
  { plan }: ResolvedExperiment,
  refuse: (message: string, next: string) => ProtocolError,
): void {
  const options = plan.models.get(network);
  if (!options) return;
  const expected = modelParameters(options, plan.data);
  const found = decodeLayersModel(files)
    .weightSpecs.filter(({ name }) => /^trunk\./u.test(name) || name.startsWith(`${output}.`))
    .filter(({ name }) => !/\/moving_(?:mean|variance)$/u.test(name))
    .reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
  if (found === expected) return;
  throw refuse(
    `the role's network has ${found.toLocaleString('en')} parameters, but ${options.name} has ${expected.toLocaleString('en')} here.`,
    `Take the same model and number of classes as that run under models.${network}.`,
  );
}
