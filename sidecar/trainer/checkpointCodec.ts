import { z } from 'zod';
import type { CollapseState } from '../analysis/collapse.ts';
import { positionAt, type StagePlan } from '../config/plan.ts';
import type { Slot, Training } from '../methods/training.ts';
import { layersModel } from '../models/layersModel.ts';
import type { Network } from '../models/network.ts';
import type { CheckpointFiles } from '../store/checkpoints.ts';
import { decodeLayersModel, encodeLayersModel } from '../store/layersFormat.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import { pack, packedIndex, unpack } from './tensorPack.ts';

const finite = z.number();

/** `state.json`: where the run stands; tensors lie in the files beside it. */
export const checkpointStateSchema = z.object({
  version: z.literal(1),
  /** Optimiser steps completed. */
  step: z.int().min(0),
  /** Index of the stage that goes on. */
  stage: z.int().min(0),
  stageStep: z.int().min(0),
  /** Headline value, when this step was evaluated and it is finite. */
  score: z.number().nullable(),
  best: z.object({ value: finite, step: z.int().min(0) }).nullable(),
  collapse: z.object({
    highest: finite,
    streaks: z.partialRecord(
      z.enum(['notFinite', 'chanceAccuracy', 'oneClass', 'accuracyHalved']),
      z.int().min(0),
    ),
  }),
  collapsed: z.object({ reason: z.string(), step: z.int().min(0), role: z.string() }).nullable(),
  /** Whether any step since the last evaluation was not finite. */
  sawNonFinite: z.boolean(),
  /** The test result, once it has been measured. */
  test: z.record(z.string(), z.record(z.string(), z.number())).nullable(),
  activeSeconds: z.number().min(0),
  optimizers: z.record(z.string(), packedIndex),
  slots: z.record(z.string(), z.object({ numbers: z.record(z.string(), z.number()), arrays: packedIndex })),
});

export type CheckpointState = z.infer<typeof checkpointStateSchema>;
export type RunState = Omit<CheckpointState, 'version' | 'optimizers' | 'slots'> & {
  readonly collapse: CollapseState;
};

const STATE_FILE = 'state.json';

/** A network in TF.js layers format, all its outputs included. */
export async function networkFiles(
  network: Network,
  keep: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const model = layersModel(network.spec, keep);
  const values = await Promise.all(model.weights.map(({ tensor }) => network.variable(tensor).data()));
  return encodeLayersModel({
    modelTopology: model.topology,
    weightSpecs: model.weights.map(({ name, shape }) => ({
      name,
      shape: [...shape],
      dtype: 'float32' as const,
    })),
    weightData: Buffer.concat(
      values.map((value) => new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
    ),
    userDefinedMetadata: { outputs: [...model.outputs], family: network.spec.family },
  });
}

export const allOutputs = (network: Network): string[] => [
  ...network.spec.branches.map(({ name }) => name),
  ...network.spec.joins.map(({ name }) => name),
];

/** @throws when the stored weights are not those of this network */
export function restoreNetwork(network: Network, files: ReadonlyMap<string, Uint8Array>): void {
  restore(network, files, (name) => name);
}

/**
 * One path of a stored network into a plain one: its trunk, and the branch of that name as `main`.
 * @throws when they are not of one shape
 */
export function restorePath(network: Network, files: ReadonlyMap<string, Uint8Array>, output: string): void {
  restore(network, files, (name) => {
    if (name.startsWith('trunk.')) return name;
    return name.startsWith(`${output}.`) ? `main${name.slice(output.length)}` : null;
  });
}

/** @param ownName of a stored weight in this network; null: it is not wanted */
function restore(
  network: Network,
  files: ReadonlyMap<string, Uint8Array>,
  ownName: (name: string) => string | null,
): void {
  const { weightSpecs, weightData } = decodeLayersModel(files);
  const names = new Map(
    layersModel(network.spec, allOutputs(network)).weights.map(({ name, tensor }) => [name, tensor]),
  );
  // Copied, since values must be aligned to four bytes; a Buffer's own slice would share its memory.
  const { buffer } = Uint8Array.from(weightData);
  let offset = 0;
  for (const { name: stored, shape } of weightSpecs) {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const name = ownName(stored);
    if (name !== null) {
      const tensor = names.get(name);
      if (tensor === undefined)
        throw new Error(
          `The checkpoint of ${network.name} holds ${stored}, which this network does not have.`,
        );
      network.set(tensor, new Float32Array(buffer, offset, count));
      names.delete(name);
    }
    offset += count * 4;
  }
  const [missing] = names.keys();
  if (missing !== undefined) throw new Error(`The checkpoint of ${network.name} lacks ${missing}.`);
}

const within = (files: CheckpointFiles, folder: string) =>
  new Map(
    [...files]
      .filter(([path]) => path.startsWith(`${folder}/`))
      .map(([path, bytes]) => [path.slice(folder.length + 1), bytes]),
  );

/** Every file of a checkpoint: networks, optimiser slots, the method's own state, the run's state. */
export async function encodeCheckpoint(
  training: Training,
  optimizers: ReadonlyMap<string, Optimizer>,
  state: RunState,
): Promise<CheckpointFiles> {
  const files: CheckpointFiles = new Map();
  for (const [name, network] of Object.entries(training.networks))
    for (const [path, bytes] of await networkFiles(network, allOutputs(network)))
      files.set(`${name}/${path}`, bytes);
  const optimizerIndex: CheckpointState['optimizers'] = {};
  const optimizerParts: Uint8Array[] = [];
  for (const [group, optimizer] of optimizers)
    optimizerIndex[group] = pack(await optimizer.save(), optimizerParts);
  files.set('optimizer.bin', Buffer.concat(optimizerParts));
  const slotIndex: CheckpointState['slots'] = {};
  const slotParts: Uint8Array[] = [];
  for (const [name, slot] of Object.entries(training.slots)) slotIndex[name] = packSlot(slot, slotParts);
  if (slotParts.length > 0) files.set('slots.bin', Buffer.concat(slotParts));
  const full: CheckpointState = { version: 1, ...state, optimizers: optimizerIndex, slots: slotIndex };
  files.set(STATE_FILE, Buffer.from(`${JSON.stringify(full, null, 2)}\n`));
  return files;
}

/** Puts everything back; optimiser slots are returned, since optimisers belong to a stage. */
export function restoreCheckpoint(
  training: Training,
  files: CheckpointFiles,
): { state: CheckpointState; optimizers: ReadonlyMap<string, OptimizerState> } {
  const state = checkpointStateSchema.parse(JSON.parse(Buffer.from(files.get(STATE_FILE) ?? []).toString()));
  restoreNetworks(training, files);
  const optimizerBytes = files.get('optimizer.bin') ?? new Uint8Array();
  const slotBytes = files.get('slots.bin') ?? new Uint8Array();
  for (const [name, slot] of Object.entries(training.slots)) {
    const saved = state.slots[name];
    if (!saved) throw new Error(`The checkpoint lacks the state ${name} of the method.`);
    slot.restore({ ...saved.numbers, ...Object.fromEntries(unpack(saved.arrays, slotBytes)) });
  }
  return {
    state,
    optimizers: new Map(
      Object.entries(state.optimizers).map(([group, index]) => [
        group,
        new Map(
          [...unpack(index, optimizerBytes)].map(([name, values]) => [name, Float32Array.from(values)]),
        ),
      ]),
    ),
  };
}

/**
 * The state of another run's checkpoint, as that of a run which begins there: what the other one has spent, chosen or
 * tested is not this one's. Its best can only be the checkpoint that it has.
 */
export function asBeginning(state: CheckpointState, stages: readonly StagePlan[]): CheckpointState {
  const { step, best } = state;
  return {
    ...state,
    ...positionAt(stages, step),
    best: best?.step === step ? best : null,
    test: null,
    activeSeconds: 0,
  };
}

/** Only the networks: for evaluating or exporting a checkpoint. */
export function restoreNetworks(training: Pick<Training, 'networks'>, files: CheckpointFiles): void {
  for (const [name, network] of Object.entries(training.networks))
    restoreNetwork(network, within(files, name));
}

function packSlot(slot: Slot, parts: Uint8Array[]): CheckpointState['slots'][string] {
  const numbers: Record<string, number> = {};
  const arrays = new Map<string, Float32Array | Int32Array | Float64Array>();
  for (const [name, value] of Object.entries(slot.save()))
    if (typeof value === 'number') numbers[name] = value;
    else arrays.set(name, value);
  return { numbers, arrays: pack(arrays, parts) };
}
