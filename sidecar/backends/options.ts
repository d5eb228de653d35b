import { z } from 'zod';

/** What can execute tensors, in the order in which `auto` tries them: native, GPU by WebGPU, embedded, reference. */
export const BACKEND_NAMES = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

/** One backend, once chosen. */
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Which backend an experiment asks for. */
export const backendOptions = z
  .enum(['auto', ...BACKEND_NAMES])
  .default('auto')
  .meta({
    title: 'Backend',
    description: 'What executes tensors.',
    values: {
      auto: 'the first of the others that works here, in their order',
      tensorflow: 'native TensorFlow, with CUDA where there is some',
      webgpu: 'a GPU through WebGPU',
      wasm: 'WebAssembly, on every machine',
      cpu: 'plain JavaScript: slow, for checking the others',
    },
    valuesAlsoCalled: {
      tf: 'tensorflow',
      gpu: 'tensorflow',
      cuda: 'tensorflow',
      webassembly: 'wasm',
      js: 'cpu',
    },
  });

/** A backend's name, or `auto`. */
export type BackendChoice = z.infer<typeof backendOptions>;
