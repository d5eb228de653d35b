/** What this file uses of a GPUDevice. */
export interface Device {
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  readonly lost: Promise<{ readonly message: string }>;
}

/**
 * Remembers the first error of a device. TensorFlow.js does not ask for any: a program that WebGPU refuses leaves zeros
 * where its result would be.
 *
 * @returns that error, or null; errors arrive with the next read after what caused them
 */
export function watchDevice(device: Device): () => string | null {
  let fault: string | null = null;
  device.onuncapturederror = ({ error }) => {
    fault ??= firstLine(`WebGPU refused an operation: ${error.message}`);
  };
  void device.lost.then(({ message }) => {
    fault ??= firstLine(`the GPU was lost: ${message}`);
  });
  return () => fault;
}

/** Its first line, without the full stop. */
const firstLine = (text: string): string => (text.trim().split('\n', 1)[0] ?? text).replace(/\.$/u, '');
