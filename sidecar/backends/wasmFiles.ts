import { createRequire } from 'node:module';
import path from 'node:path';

/** Folder of the WASM backend's binaries, with the trailing slash that `setWasmPaths` wants. */
export function wasmFolder(): string {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  return path.join(path.dirname(main), path.sep);
}
