import type { Path } from '../../../../sidecar/config/findings.ts';
import { valueAt } from '../../../../sidecar/config/records.ts';
import { relativePath } from '../uris.ts';
import type { KnownRun } from '../surroundings.ts';
import type { Place } from './place.ts';
import type { Suggestion } from './values.ts';

/** Runs, their checkpoints and other experiment files, where the cursor stands below `baseline`. */
export function baselineValues({ data, source, surroundings }: Place, path: Path): Suggestion[] {
  switch (path.join('.')) {
    case 'baseline.run':
      return surroundings.runs.map((run) => ({ value: run.id, detail: about(run), documentation: run.name }));
    case 'baseline.checkpoint': {
      const run = surroundings.runs.find(({ id }) => id === valueAt(data, ['baseline', 'run']));
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
