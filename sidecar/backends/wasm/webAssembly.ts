/** What this folder uses of JavaScript's WebAssembly interface, which only the DOM's type library declares in full. */
export interface Memory {
  /** The bytes; another object after each growth. */
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

interface Api {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Readonly<Record<string, (...values: number[]) => void>> };
}

/** The engine's WebAssembly. */
export const webAssembly = (globalThis as unknown as { readonly WebAssembly: Api }).WebAssembly;
