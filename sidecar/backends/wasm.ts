import path from 'node:path';
import { engine, env, setBackend } from '@tensorflow/tfjs-core';
import { assetFolder } from '../assets/folder.ts';
import { BackendUnusable, noFault, type Activated } from './prepared.ts';
import { shareMemoryOfCopies } from './wasm/identity.ts';
import type { WasmBackend } from './wasm/memory.ts';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** The embedded default: XNNPACK in WebAssembly, on one thread of the CPU. */
export async function activateWasm(): Promise<Activated> {
  const { setWasmPaths, version_wasm } = await import('./wasm/package.ts');
  // In Node the binaries are read from a folder, whose name must end with a slash.
  const folder = assetFolder('wasm');
  if (folder === null) throw new BackendUnusable(`the binaries of ${PACKAGE} are missing`);
  setWasmPaths(path.join(folder, path.sep));
  if (!(await setBackend('wasm'))) throw new BackendUnusable(`${PACKAGE} did not initialise`);
  if (!(await env().getAsync('WASM_HAS_SIMD_SUPPORT')))
    throw new BackendUnusable('this engine has no WebAssembly SIMD');
  // What our kernels work in; TensorFlow.js does not promise to show it.
  const { wasm } = engine().backend as unknown as { readonly wasm?: Partial<WasmBackend['wasm']> };
  if (wasm?.asm?.memory === undefined)
    throw new BackendUnusable(`${PACKAGE} ${version_wasm} hides its memory`);
  shareMemoryOfCopies();
  return {
    device: 'CPU (WebAssembly SIMD, 1 thread)',
    version: `tfjs-backend-wasm ${version_wasm}`,
    readIsFree: true,
    fault: noFault,
  };
}
