import { effect, signal, untracked } from '@preact/signals';
import { askIfKnown } from '../link/steering.ts';
import { connection } from '../link/link.ts';

type Parameters = Readonly<Record<string, string>>;

/** Resolved parameters by run; they never change. */
const known = signal<ReadonlyMap<string, Parameters>>(new Map());

/** Parameters of a run, undefined until they have come, or where the daemon does not tell. */
export const parametersOf = (run: string): Parameters | undefined => known.value.get(run);

/** Asks for what is not known of some runs; an effect, which is to be ended. */
export function fetchParameters(runs: () => readonly string[]): () => void {
  return effect(() => {
    const link = connection.value;
    const wanted = runs();
    const missing = wanted.filter((run) => !untracked(() => known.value.has(run)));
    if (link === null || missing.length === 0) return;
    askIfKnown('runs/parameters', { runs: missing })
      .then((answer) => {
        if (answer) known.value = new Map([...known.value, ...Object.entries(answer.parameters)]);
      })
      .catch((error: unknown) => {
        console.warn('runs/parameters', error);
      });
  });
}
