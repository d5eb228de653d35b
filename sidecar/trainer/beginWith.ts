import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Training } from '../methods/training.ts';
import { WEIGHTS_FOLDER } from '../store/runs.ts';
import { restorePath } from './checkpointCodec.ts';
import type { RunFiles } from './runFiles.ts';

/** Gives networks the weights that were copied into the run when it was made. @throws when a tensor does not fit */
export async function beginWith(
  { networks }: Training,
  files: RunFiles,
  log: (line: string) => void,
): Promise<void> {
  for (const [name, { run, step, role, output }] of Object.entries(files.record.weights ?? {})) {
    const network = networks[name];
    if (!network)
      throw new Error(`The method has no network ${name}, for which there are weights of ${run}.`);
    const read = (file: string) => readFile(join(files.runDir, WEIGHTS_FOLDER, name, file));
    restorePath(
      network,
      new Map([
        ['model.json', await read('model.json')],
        ['weights.bin', await read('weights.bin')],
      ]),
      output,
    );
    log(`${name} begins with ${role} of ${run}, step ${step}`);
  }
}
