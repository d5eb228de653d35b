import { estimateOf } from '../../../sidecar/config/estimate.ts';
import type { Complaint, Proposal } from '../../../sidecar/config/findings.ts';
import { nearest } from '../../../sidecar/config/nearest.ts';
import { isRecord, valueAt } from '../../../sidecar/config/records.ts';
import { binary } from './numbers.ts';
import type { Source } from './source.ts';
import type { KnownRun, Surroundings } from './surroundings.ts';

/** What is wrong or doubtful only here: with these data sets, these runs and this device. */
export const surroundingComplaints = (source: Source, surroundings: Surroundings): Complaint[] => [
  ...dataset(source, surroundings),
  ...memory(source, surroundings),
  ...runsNamed(source, surroundings),
];

function dataset({ data }: Source, { datasetProblems }: Surroundings): Complaint[] {
  const path = ['dataset', 'name'];
  const name = valueAt(data, path);
  if (typeof name !== 'string' || !Object.hasOwn(datasetProblems, name)) return [];
  // Whoever names files does not need it installed.
  if (valueAt(data, ['dataset', 'path']) !== undefined) return [];
  const message = datasetProblems[name] ?? '';
  return [{ code: 'dataMissing', path, message, expected: 'an installed data set', got: name }];
}

function memory({ checked: { parsed } }: Source, { memoryBytes }: Surroundings): Complaint[] {
  if (!parsed || memoryBytes === null) return [];
  const { experiment, plan } = parsed;
  const bytesAt = (batchSize: number): number =>
    estimateOf({ ...experiment, training: { ...experiment.training, batchSize } }, plan)?.bytes ?? 0;
  const { batchSize } = experiment.training;
  const bytes = bytesAt(batchSize);
  if (bytes <= memoryBytes) return [];
  let fits = batchSize;
  while (fits > 1 && bytesAt(fits) > memoryBytes) fits = Math.floor(fits / 2);
  const proposals: Proposal[] =
    bytesAt(fits) <= memoryBytes ? [{ path: ['training', 'batchSize'], value: fits }] : [];
  return [
    {
      code: 'memoryTooLarge',
      path: ['training', 'batchSize'],
      message: `A step needs about ${binary(bytes)}, but the device has ${binary(memoryBytes)}. This is an estimate from the layers alone.`,
      expected: proposals.length > 0 ? `≤ ${fits}` : 'a smaller model',
      got: batchSize,
      proposals,
    },
  ];
}

/** Every run that the experiment refers to: its baseline, and those that networks begin with. */
function runsNamed(source: Source, surroundings: Surroundings): Complaint[] {
  const weights = valueAt(source.data, ['weights']);
  const networks = isRecord(weights) ? Object.keys(weights) : [];
  return [['baseline'], ...networks.map((name) => ['weights', name])].flatMap((at) =>
    runNamed(source, surroundings, at),
  );
}

function runNamed({ data }: Source, { runs }: Surroundings, at: readonly string[]): Complaint[] {
  const path = [...at, 'run'];
  const id = valueAt(data, path);
  if (typeof id !== 'string' || runs.length === 0) return [];
  const run = runs.find((each) => each.id === id);
  if (!run) {
    const near = nearest(
      id,
      runs.map((each) => each.id),
    );
    const others = near === null ? runs.slice(0, 3).map((each) => each.id) : [near];
    return [
      {
        code: 'unknownRun',
        path,
        message: `There is no run ${id} here.`,
        expected: 'the id of a run',
        got: id,
        suggestion: near,
        proposals: others.map((value) => ({ path, value })),
      },
    ];
  }
  return checkpoint(run, valueAt(data, [...at, 'checkpoint']), at);
}

function checkpoint(run: KnownRun, wanted: unknown, at: readonly string[]): Complaint[] {
  const path = [...at, 'checkpoint'];
  const exists =
    wanted === undefined ||
    (wanted === 'last' && run.checkpoints.length > 0) ||
    (wanted === 'best' && run.best !== null) ||
    (typeof wanted === 'number' && run.checkpoints.includes(wanted)) ||
    (typeof wanted !== 'number' && wanted !== 'last' && wanted !== 'best');
  if (exists) return [];
  const near =
    typeof wanted === 'number'
      ? run.checkpoints.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted)).slice(0, 1)
      : run.checkpoints.slice(-1);
  return [
    {
      code: 'unknownCheckpoint',
      path,
      message: `The run ${run.id} has no checkpoint ${String(wanted)}.`,
      expected:
        run.checkpoints.length > 0 ? `one of ${run.checkpoints.join(', ')}` : 'a run with checkpoints',
      got: wanted,
      proposals: [...near, undefined].map((value) => ({ path, value })),
    },
  ];
}
