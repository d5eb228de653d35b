/** By name: bundled, a package that is imported at run time has only a default export. */
export { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
