import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findEventFile, readEvents } from '../../sidecar/store/eventReader.ts';
import { listCheckpoints, readCheckpoint } from '../../sidecar/store/checkpoints.ts';
import { PREDICTIONS_FILE } from '../../sidecar/store/runs.ts';
import { SeriesStore } from '../../sidecar/store/seriesStore.ts';

/** Every effective point by tag, clock and machine readings aside. */
export type EffectiveSeries = Record<string, [step: number, value: number][]>;

/** What a run that has ended learnt: its series, its last checkpoint, what it said. */
export interface Effective {
  readonly series: EffectiveSeries;
  readonly checkpoint: Record<string, string>;
  /** `predictions.json`, null where there is none. */
  readonly predictions: string | null;
}

/** Also of a run that goes on: unlike checkpoints, which come and go, events stay. */
export async function effectiveSeries(runDir: string): Promise<EffectiveSeries> {
  const path = await findEventFile(runDir);
  if (path === null) throw new Error(`${runDir} has no events`);
  const store = new SeriesStore();
  const { events, damages } = await readEvents(path);
  if (damages.length > 0) throw new Error(`${runDir} has damaged events`);
  store.add(events);
  return Object.fromEntries(
    Object.entries(store.snapshot(Infinity).series)
      .filter(([tag]) => !tag.startsWith('system/'))
      .map(([tag, { steps, values }]) => [tag, steps.map((step, index) => [step, values[index] ?? NaN])]),
  );
}

export async function effectiveRun(runDir: string): Promise<Effective> {
  const newest = (await listCheckpoints(runDir)).at(-1);
  if (!newest) throw new Error(`${runDir} has no checkpoint`);
  const predictions = join(runDir, PREDICTIONS_FILE);
  return {
    predictions: existsSync(predictions) ? await readFile(predictions, 'utf8') : null,
    series: await effectiveSeries(runDir),
    checkpoint: Object.fromEntries(
      [...(await readCheckpoint(newest))].map(([name, bytes]) => [name, fingerprint(name, bytes)]),
    ),
  };
}

/** SHA-256; of the state without its clock. */
function fingerprint(name: string, bytes: Uint8Array): string {
  if (name !== 'state.json') return createHash('sha256').update(bytes).digest('hex');
  return JSON.stringify({ ...(JSON.parse(Buffer.from(bytes).toString()) as object), activeSeconds: 0 });
}

/** The only run of a runs folder. */
export async function onlyRun(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  if (names.length !== 1 || names[0] === undefined)
    throw new Error(`${folder} holds ${names.length} runs, not one`);
  return join(folder, names[0]);
}
