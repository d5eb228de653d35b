import { z } from 'zod';

/** What can execute tensors, in the order in which `auto` tries them: native, GPU by WebGPU, embedded, reference. */
export const BACKEND_NAMES = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

/** One backend, once chosen. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Which backend an experiment asks for. */
export const backendOptions = z
  .enum(['auto', ...BACKEND_NAMES])
  .default('auto')
  .describe(
    'What executes tensors: native TensorFlow, WebGPU, WebAssembly or plain JavaScript. ' +
      '`auto` takes the first that works here, in that order.',
  );

/** A backend's name, or `auto`. */
export type BackendChoice = z.infer<typeof backendOptions>;
