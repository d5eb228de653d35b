import type { Path } from '../../../../sidecar/config/findings.ts';
import { valueAt } from '../../../../sidecar/config/records.ts';
import { relativePath } from '../uris.ts';
import type { KnownRun } from '../surroundings.ts';
import type { Place } from './place.ts';
import type { Suggestion } from './values.ts';

/** Runs, their checkpoints and other experiment files, where the cursor stands below `baseline`, or in `weights`. */
export function baselineValues({ data, source, surroundings }: Place, path: Path): Suggestion[] {
  const [first, ...below] = path;
  // Weights are named by network; what is said of each is what is said of a baseline.
  const key = first === 'weights' ? `baseline.${below.slice(1).join('.')}` : path.join('.');
  switch (key) {
    case 'baseline.run':
      return surroundings.runs.map((run) => ({ value: run.id, detail: about(run), documentation: run.name }));
    case 'baseline.checkpoint': {
      const run = surroundings.runs.find(({ id }) => id === valueAt(data, [...path.slice(0, -1), 'run']));
      const steps = run?.checkpoints.toReversed() ?? [];
      return steps.map((value) => ({ value, detail: value === run?.best ? 'step, the best' : 'step' }));
    }
    case 'baseline.file':
      return surroundings.experiments.flatMap((uri) => {
        const value = relativePath(source.document.uri, uri);
        return value === null ? [] : [{ value, detail: 'experiment' }];
      });
    default:
      return [];
  }
}

const about = ({ method, model, dataset, headline }: KnownRun): string =>
  [method, model, dataset, headline].filter((part) => part !== null && part !== '').join(' · ');
