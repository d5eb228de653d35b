import { engine, setBackend } from '@tensorflow/tfjs-core';
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import { noFault, type Activated } from './prepared.ts';

/** The reference backend in plain JavaScript: always there, right, and far too slow for convolutions. */
export async function activateCpu(): Promise<Activated> {
  await setBackend('cpu');
  // Else its first use advertises tfjs-node on stderr.
  Object.assign(engine().backend, { firstUse: false });
  return {
    device: 'CPU (plain JavaScript)',
    version: `tfjs-backend-cpu ${version_cpu}`,
    readIsFree: true,
    fault: noFault,
  };
}
