import { createRequire } from 'node:module';
import { engine, findBackendFactory, setBackend } from '@tensorflow/tfjs-core';
import type { Modules } from '../assets/modules.ts';
import { BackendUnusable, noFault, reasonOf, type Activated } from './prepared.ts';
import { hasBinding, packageFolder } from './packages.ts';

/** Packages that bring native TensorFlow, the better first. */
export const TENSORFLOW_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** What this file reads of tfjs-node's backend. */
interface NativeBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

/** Whether some package has a native binding to load. */
export const hasNativeBinding = (modules: Modules): boolean =>
  TENSORFLOW_PACKAGES.some((name) => {
    try {
      return hasBinding(packageFolder(name, modules));
    } catch (thrown) {
      if (thrown instanceof BackendUnusable) return false;
      throw thrown;
    }
  });

/** Native TensorFlow through the first package that works; all reasons are told when none does. */
export async function activateTensorflow(modules: Modules): Promise<Activated> {
  const reasons: string[] = [];
  for (const name of TENSORFLOW_PACKAGES) {
    try {
      return await activatePackage(name, modules);
    } catch (thrown) {
      reasons.push(`${name}: ${reasonOf(thrown)}`);
    }
  }
  throw new BackendUnusable(reasons.join('; '));
}

async function activatePackage(name: string, modules: Modules): Promise<Activated> {
  // Looked for before the import, which alone costs a third of a second: on most machines it is not there, being
  // downloaded only on request.
  const location = packageFolder(name, modules);
  if (!hasBinding(location)) {
    throw new BackendUnusable(
      `is installed in ${location}, but its native binding (lib/napi-v*/tfjs_binding.node) is missing: run \`npm run gpu\` or \`distillery native install\` to fetch it`,
    );
  }
  // Else the library reports on itself on stderr at every start.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  restoreRemovedUtilities();
  await modules.load(name);
  if ((findBackendFactory('tensorflow') as unknown) == null) {
    throw new BackendUnusable('it loads, but registers no backend named tensorflow');
  }
  if (!(await setBackend('tensorflow'))) throw new BackendUnusable('its backend did not initialise');
  const { isUsingGpuDevice, binding } = engine().backend as unknown as NativeBackend;
  const onGpu = isUsingGpuDevice === true;
  return {
    device: onGpu ? 'GPU (CUDA)' : 'CPU (native TensorFlow)',
    location,
    version: `TensorFlow ${binding?.TF_Version ?? 'of unknown version'} through ${name}`,
    readIsFree: !onGpu,
    fault: noFault,
  };
}

/** Node 23 removed two functions of `util` that tfjs-node 4.22 calls in every operation. */
function restoreRemovedUtilities(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}
