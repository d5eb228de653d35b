import './stockGradients.ts';
import {
  engine,
  registerGradient,
  registerKernel,
  tidy,
  type NamedTensorMap,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm/memory.ts';
import type { WebgpuBackend } from '../webgpu/programs.ts';

/** The TensorFlow.js backends that a training kernel must work on. */
const BACKENDS = ['cpu', 'wasm', 'webgpu', 'tensorflow'] as const;

type Attribute = number | boolean | readonly number[];

/** For kernels that take none. */
export type NoAttributes = Readonly<Record<string, never>>;

/** Gradients by input name, each computed only when it is asked for. */
export type LazyGradients<Inputs> = { [Name in keyof Inputs]-?: () => Tensor };

/** What a training kernel is made of. */
export interface Declaration<Inputs, Attributes, Outputs> {
  /** Name in TensorFlow.js's kernel registry. */
  readonly name: string;
  /** The definition: a composition of stock TensorFlow.js operations, right on every backend. */
  readonly composed: (inputs: Inputs, attributes: Attributes) => Outputs;
  /** What does the same faster in the memory of TensorFlow.js's WASM backend. */
  readonly wasm?: (inputs: Inputs, attributes: Attributes, backend: WasmBackend) => TensorInfo | TensorInfo[];
  /** What does the same in few WebGPU programs: there it is their number that takes time. */
  readonly webgpu?: (
    inputs: Inputs,
    attributes: Attributes,
    backend: WebgpuBackend,
  ) => TensorInfo | TensorInfo[];
  /** How it is differentiated; left out: not at all. */
  readonly differentiation?: Differentiation<Inputs, Attributes>;
}

export interface Differentiation<Inputs, Attributes> {
  /** Names of the inputs that the gradient reads. */
  readonly saveInputs: readonly (keyof Inputs & string)[];
  /** For each output, whether the gradient reads it; left out: none. */
  readonly saveOutputs?: readonly boolean[];
  /**
   * Gradients with respect to each input.
   *
   * @param dy gradient with respect to the first output (the only one that carries any)
   * @param saved the inputs named in `saveInputs`, in that order, then the flagged outputs
   */
  readonly gradients: (dy: Tensor, saved: readonly Tensor[], attributes: Attributes) => LazyGradients<Inputs>;
}

/**
 * Puts a training kernel, for every backend, and its gradient into TensorFlow.js's registry. Callers never see which
 * backend runs it, nor whether it is composed or fused there.
 *
 * The registry is used rather than `tf.customGrad` because its gradients are lazy (what nobody asked for, such as the
 * gradient with respect to the images, is never computed) and because it allows several outputs.
 *
 * @returns the kernel as a function of named inputs and plain attributes
 */
export function declareKernel<
  Inputs extends { [Name in keyof Inputs]?: Tensor },
  Attributes extends { [Name in keyof Attributes]: Attribute },
  Outputs extends Tensor | Tensor[],
>(
  declaration: Declaration<Inputs, Attributes, Outputs>,
): (inputs: Inputs, attributes: Attributes) => Outputs {
  const { name, composed, differentiation } = declaration;
  // The registry is untyped; what arrives is what the function returned below was called with.
  for (const backendName of BACKENDS) {
    const own = ownKernel(declaration, backendName);
    registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: own
        ? ({ inputs, attrs, backend }) => own(inputs as Inputs, attrs as Attributes, backend)
        : ({ inputs, attrs }) => tidy(() => composed(inputs as Inputs, attrs as Attributes)),
    });
  }
  if (differentiation !== undefined) registerDifferentiation(name, differentiation);
  return (inputs, attributes) => engine().runKernel<Outputs>(name, inputs as NamedTensorMap, attributes);
}

type OwnKernel<Inputs, Attributes> = (
  inputs: Inputs,
  attributes: Attributes,
  backend: unknown,
) => TensorInfo | TensorInfo[];

/** What was written for a backend, which is the one that the registry will hand over. */
function ownKernel<Inputs, Attributes, Outputs>(
  { wasm, webgpu }: Declaration<Inputs, Attributes, Outputs>,
  backend: (typeof BACKENDS)[number],
): OwnKernel<Inputs, Attributes> | undefined {
  switch (backend) {
    case 'wasm':
      return wasm && ((inputs, attributes, its) => wasm(inputs, attributes, its as WasmBackend));
    case 'webgpu':
      return webgpu && ((inputs, attributes, its) => webgpu(inputs, attributes, its as WebgpuBackend));
    case 'cpu':
    case 'tensorflow':
      return undefined;
  }
}

function registerDifferentiation<Inputs, Attributes>(
  name: string,
  { saveInputs, saveOutputs, gradients }: Differentiation<Inputs, Attributes>,
): void {
  registerGradient({
    kernelName: name,
    inputsToSave: [...saveInputs],
    ...(saveOutputs === undefined ? {} : { outputsToSave: [...saveOutputs] }),
    gradFunc: (dy, saved, attrs) => {
      const first: Tensor | null | undefined = Array.isArray(dy) ? dy[0] : dy;
      // The tape passes null for an output that leads nowhere.
      if (first == null) throw new Error(`${name}: only the first output carries a gradient`);
      return gradients(first, saved, attrs as unknown as Attributes);
    },
  });
}
