import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import { encodeModule, type FunctionBody } from './encoding.ts';
import { webAssembly, type Memory } from './webAssembly.ts';

/** What our kernels use of TensorFlow.js's WASM backend. */
export interface WasmBackend {
  readonly wasm: {
    readonly asm: { readonly memory: Memory };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: DataId): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

/** Address of a tensor's first element in the backend's memory. */
export function addressOf(backend: WasmBackend, { dataId }: Pick<TensorInfo, 'dataId'>): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** Size of a float in bytes. */
export const FLOAT = 4;

/** Lends a scratch area of the backend's memory for the length of `use`; what it holds at first is undefined. */
export function withScratch<T>(backend: WasmBackend, bytes: number, use: (address: number) => T): T {
  // The allocator hands out addresses above 2 GiB as negative numbers.
  const address = backend.wasm._malloc(bytes) >>> 0;
  if (address === 0) throw new Error(`the WASM backend is out of memory (${bytes} bytes of scratch)`);
  try {
    return use(address);
  } finally {
    backend.wasm._free(address);
  }
}

/** An exported function of a kernel module: addresses and counts in, nothing out. */
export type Compiled = (...addresses: number[]) => void;

const modules = new WeakMap<WasmBackend, Map<string, Readonly<Record<string, Compiled>>>>();

/**
 * The functions that `write` describes, compiled over the backend's memory.
 *
 * @param key names everything that `write` depends on; a module is compiled once per key
 */
export function compiled<Name extends string>(
  backend: WasmBackend,
  key: string,
  write: () => Record<Name, FunctionBody>,
): Record<Name, Compiled> {
  let ofBackend = modules.get(backend);
  if (ofBackend === undefined) {
    ofBackend = new Map();
    modules.set(backend, ofBackend);
  }
  let functions = ofBackend.get(key);
  if (functions === undefined) {
    const { memory } = backend.wasm.asm;
    const shared = memory.buffer instanceof SharedArrayBuffer;
    const module = new webAssembly.Module(encodeModule(write(), shared));
    functions = new webAssembly.Instance(module, { env: { memory } }).exports;
    ofBackend.set(key, functions);
  }
  return functions as Record<Name, Compiled>;
}

/** Sets `bytes` bytes to zero. */
export function zero(backend: WasmBackend, address: number, bytes: number): void {
  new Uint8Array(backend.wasm.asm.memory.buffer, address, bytes).fill(0);
}

/** `count` floats of the backend's memory, to be used before anything is allotted: growth would detach them. */
export function floatsAt(backend: WasmBackend, address: number, count: number): Float32Array {
  return new Float32Array(backend.wasm.asm.memory.buffer, address, count);
}
