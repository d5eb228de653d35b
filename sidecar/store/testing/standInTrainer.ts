/**
 * What a trainer does to its run directory, without training: `standInTrainer <runDir>`. It holds the lease, writes events,
 * checkpoints and `run.json`, obeys `control.json`, and continues the newest valid checkpoint. Every value is a function of
 * the step (standInSeries.ts), so that any point can be checked.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { RunRecord } from '../../protocol/runRecord.ts';
import { checkpointName, newestValid, writeCheckpoint } from '../checkpoints.ts';
import { readControl, setWanted } from '../control.ts';
import { StoreError } from '../errors.ts';
import { EventWriter } from '../eventWriter.ts';
import { Lease } from '../lease.ts';
import { readRun, writeRun } from '../runs.ts';
import { extraSeriesAt, seriesAt, settingsOf } from './standInSeries.ts';

const runDir = process.argv[2] ?? '';
const settings = settingsOf(runDir);
// Failing before the lease is taken is a case of its own: a broken installation.
if (settings.crashAtStart) throw new Error('stand-in trainer: told to crash at its start');

const onError = (error: unknown): void => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(4);
};
const lease = await Lease.acquire(runDir, { onError }).catch(onError);
if (lease === undefined) throw new Error('unreachable');
const guard = (): void => {
  lease.check();
};

let record: RunRecord = { ...(await readRun(runDir)), status: 'preparing', endedAt: null };
const update = (changes: Partial<RunRecord>): void => {
  guard();
  record = { ...record, ...changes };
  writeRun(runDir, record);
};
// As the real one: whoever sees it live may ask it for something at once.
setWanted(runDir, 'run', 'trainer');
update({ startedAt: record.startedAt ?? new Date().toISOString() });
const asked = readControl(runDir).checkpoint;

const { checkpoint, files } = await newestValid(runDir);
const stateSchema = z.object({ step: z.int() });
const restored =
  checkpoint === null ? null : stateSchema.parse(JSON.parse(String(files.get('state.json')))).step;
const writer = await EventWriter.open(runDir, { guard, onError, flushIntervalMs: 50 });
if (record.step > 0 || restored !== null || lease.attempt > 1) {
  writer.sessionStart(restored === null ? 0 : restored + 1);
}
let step = restored ?? 0;
if (step === 0) {
  writer.text(0, Date.now() / 1000, 'config', '```yaml\nmethod: stand-in\n```');
  writer.hparams({ hparams: { seed: 42, method: 'dkel', nesterov: true }, group: 'g', startTime: 1 });
  writer.customScalarsLayout([{ title: 'Loss', charts: [{ title: 'all', tags: ['train/.*'] }] }]);
}
update({ status: 'running', step });

const termination = new AbortController();
process.on('SIGTERM', () => {
  termination.abort();
});

function saveCheckpoint(): void {
  writer.checkpointMarker(step, checkpointName(step));
  writer.sync();
  writeCheckpoint(runDir, step, new Map([['state.json', Buffer.from(JSON.stringify({ step }))]]), { guard });
}

let checkpointsSeen = asked;
try {
  while (step < record.totalSteps) {
    const control = readControl(runDir);
    if (control.want === 'stop' || termination.signal.aborted) break;
    if (control.checkpoint > checkpointsSeen) {
      checkpointsSeen = control.checkpoint;
      saveCheckpoint();
    }
    if (control.want === 'pause') {
      if (record.status !== 'paused') update({ status: 'paused', step });
      await pause(20);
      continue;
    }
    if (record.status === 'paused') update({ status: 'running' });
    step++;
    writer.scalars(step, Date.now() / 1000, {
      ...seriesAt(step),
      ...extraSeriesAt(step, settings.extraSeries),
    });
    if (step % 10 === 0) {
      writer.histogram(step, Date.now() / 1000, 'weights', [{ left: 0, right: 1, count: step }]);
      update({ step });
    }
    if (step % settings.checkpointEvery === 0) saveCheckpoint();
    if (settings.stepMs > 0) await pause(settings.stepMs);
  }
  saveCheckpoint();
  writer.hparamsEnd('success', Date.now() / 1000);
  writer.sessionStop(step);
  writer.close();
  const status = step >= record.totalSteps ? 'completed' : 'stopped';
  update({ status, step, endedAt: new Date().toISOString() });
  lease.release();
} catch (error) {
  onError(error instanceof StoreError ? error.message : error);
}
