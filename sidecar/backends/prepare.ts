import { add, ready } from '@tensorflow/tfjs-core';
import { activateCpu } from './cpu.ts';
import { installedModules, type Modules } from '../assets/modules.ts';
import { BACKEND_NAMES, backendOptions, type BackendChoice, type BackendName } from './options.ts';
import {
  BackendUnusable,
  reasonOf,
  type Activated,
  type PreparedBackend,
  type SkippedBackend,
} from './prepared.ts';
import { activateTensorflow, hasNativeBinding } from './tensorflow.ts';
import { activateWasm } from './wasm.ts';
import { activateWebgpu, noGpuDevice } from './webgpu.ts';

/** Overrides what an experiment says, e.g. DISTILLERY_BACKEND=wasm. */
export const BACKEND_VARIABLE = 'DISTILLERY_BACKEND';

/** Surroundings of `prepareBackend`. */
export interface PrepareOptions {
  /** Environment variables; DISTILLERY_BACKEND takes the place of `choice`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was asked for on the command line: takes the place of both. */
  readonly override?: BackendChoice;
  /** Where optional packages come from; left out: {@link installedModules}. */
  readonly modules?: Modules;
  /** Whether a GPU in software will do; left out: only if its backend is asked for by name. */
  readonly allowSoftware?: boolean;
  /**
   * Tries a native backend elsewhere first and tells why it fails there, or null: a package that crashes its process
   * must not take this one along. Asked only for `auto`, and only where there is native code to load.
   */
  readonly trial?: (name: BackendName) => Promise<string | null>;
  /** Why there can be no GPU, or null; left out: by its device files. */
  readonly noGpu?: () => string | null;
  /** Longest time for one backend to get ready, in milliseconds. */
  readonly limit?: number;
}

/**
 * Makes a backend the active one of this process and proves that it computes.
 *
 * `auto` takes the first of `tensorflow`, `webgpu`, `wasm`, `cpu` that works. An optional package that is missing or
 * broken, in whatever way, is passed over with its reason in `skipped`.
 *
 * @param choice what the experiment says
 * @throws BackendUnusable with the exact reason if a backend asked for by name does not work
 */
export async function prepareBackend(
  choice: BackendChoice,
  options: PrepareOptions,
): Promise<PreparedBackend> {
  const { env, override, modules = installedModules(), limit = 60_000 } = options;
  const wanted = override ?? choiceFrom(env) ?? choice;
  const allowSoftware = options.allowSoftware ?? wanted !== 'auto';
  if (wanted !== 'auto') {
    try {
      return { name: wanted, ...(await activate(wanted, modules, allowSoftware, limit)), skipped: [] };
    } catch (thrown) {
      throw new BackendUnusable(`backend ${wanted}: ${reasonOf(thrown)}`, { cause: thrown });
    }
  }
  const skipped: SkippedBackend[] = [];
  for (const name of BACKEND_NAMES) {
    try {
      const objected = await objection(name, modules, options);
      if (objected !== null) throw new BackendUnusable(objected);
      return { name, ...(await activate(name, modules, allowSoftware, limit)), skipped };
    } catch (thrown) {
      skipped.push({ name, reason: reasonOf(thrown) });
    }
  }
  throw new BackendUnusable(skipped.map(({ name, reason }) => `${name}: ${reason}`).join('; '));
}

/** Why a backend need not or must not be loaded for `auto`; null: go on. */
async function objection(
  name: BackendName,
  modules: Modules,
  { trial, noGpu = noGpuDevice }: PrepareOptions,
): Promise<string | null> {
  switch (name) {
    case 'tensorflow':
      return hasNativeBinding(modules) ? ((await trial?.(name)) ?? null) : null;
    case 'webgpu':
      return noGpu() ?? (await trial?.(name)) ?? null;
    case 'wasm':
    case 'cpu':
      return null;
  }
}

function choiceFrom(env: PrepareOptions['env']): BackendChoice | undefined {
  const value = env[BACKEND_VARIABLE];
  if (value === undefined || value === '') return undefined;
  const parsed = backendOptions.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BackendUnusable(`${BACKEND_VARIABLE}=${value} is none of auto, ${BACKEND_NAMES.join(', ')}`);
}

async function activate(
  name: BackendName,
  modules: Modules,
  allowSoftware: boolean,
  limit: number,
): Promise<Activated> {
  const activated = await within(limit, activations[name](modules, allowSoftware));
  await ready();
  const two = await add(1, 1).data();
  if (two[0] !== 2) throw new BackendUnusable(`it computes 1 + 1 = ${two[0] ?? 'nothing'}`);
  return activated;
}

const activations: Record<BackendName, (modules: Modules, allowSoftware: boolean) => Promise<Activated>> = {
  tensorflow: activateTensorflow,
  webgpu: activateWebgpu,
  wasm: activateWasm,
  cpu: activateCpu,
};

/** A package whose import never ends must not hang the run. */
async function within<T>(limit: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new BackendUnusable(`not ready after ${limit / 1000} s`));
    }, limit);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
