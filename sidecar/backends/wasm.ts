import { createRequire } from 'node:module';
import path from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import { BackendUnusable, type Activated } from './prepared.ts';
import { shareMemoryOfCopies } from './wasm/identity.ts';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** The embedded default: XNNPACK in WebAssembly, on one thread of the CPU. */
export async function activateWasm(): Promise<Activated> {
  const { setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
  // In Node the binaries are read from a folder, whose name must end with a slash.
  setWasmPaths(path.join(path.dirname(createRequire(import.meta.url).resolve(PACKAGE)), path.sep));
  if (!(await setBackend('wasm'))) throw new BackendUnusable(`${PACKAGE} did not initialise`);
  shareMemoryOfCopies();
  return {
    device: 'CPU (WebAssembly SIMD, 1 thread)',
    version: `tfjs-backend-wasm ${version_wasm}`,
    readIsFree: true,
  };
}
