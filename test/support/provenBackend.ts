import { BACKEND_NAMES, type BackendName } from '../../sidecar/backends/options.ts';

const VARIABLE = 'DISTILLERY_PROOF_BACKEND';
const named = process.env[VARIABLE];

/** The backend that DISTILLERY_PROOF_BACKEND names; undefined where it is not set, and nothing is to be proven. */
export const provenBackend = BACKEND_NAMES.find((name) => name === named);
if (named !== undefined && provenBackend === undefined)
  throw new Error(`${VARIABLE} is ${named}. Expected one of ${BACKEND_NAMES.join(', ')}.`);

/** The same inside of a test, which is skipped where there is none. */
export function requiredBackend(): BackendName {
  if (provenBackend === undefined) throw new Error(`${VARIABLE} is not set.`);
  return provenBackend;
}
