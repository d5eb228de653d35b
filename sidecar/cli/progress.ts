import { setTimeout as pause } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import { headlineOf, testedOf, valueText } from '../protocol/results.ts';
import { isEnded, type RunRecord } from '../protocol/runRecord.ts';
import { readRun } from '../store/runs.ts';
import { exitCodeOf } from '../trainer/exitCodes.ts';
import { metricTable } from './metricTable.ts';
import { say, sayJson, table, tell } from './output.ts';

const POLL_MS = 250;

/**
 * Follows a run's files until its trainer is gone, with a progress bar on a terminal.
 * @param over resolves when the trainer is gone, however it went
 */
export async function follow(runDir: string, json: boolean, over: Promise<unknown>): Promise<RunRecord> {
  const bar =
    !json && process.stderr.isTTY
      ? new SingleBar({
          format: '{stage} |{bar}| {value}/{total} steps · epoch {epoch} · best {best} · {left} left',
          stream: process.stderr,
          hideCursor: true,
        })
      : null;
  const trainer = { gone: false };
  const finished = over.finally(() => {
    trainer.gone = true;
  });
  let record = await readRun(runDir);
  let [shown, prepared] = [-1, -1];
  bar?.start(record.totalSteps, 0, { stage: 'preparing', epoch: '–', best: '–', left: '–' });
  for (;;) {
    const last = trainer.gone;
    record = await readRun(runDir);
    const { preparation } = record;
    if (preparation && preparation.done !== prepared) {
      prepared = preparation.done;
      if (json) sayJson({ event: 'preparing', ...preparation });
      else bar?.update(0, { ...labels(record), stage: preparing(preparation) });
    }
    if (record.step !== shown) {
      if (json) sayJson(progressOf(record));
      else if (bar) bar.update(record.step, labels(record));
      else if (
        record.step > 0 &&
        Math.floor((10 * record.step) / record.totalSteps) !== Math.floor((10 * shown) / record.totalSteps)
      )
        tell(
          `${record.stage ?? record.status} ${record.step}/${record.totalSteps} steps, best ${labels(record).best}`,
        );
      shown = record.step;
    }
    // Not the status: that of a resumed run still tells of its last end.
    if (last) break;
    await Promise.race([pause(POLL_MS), finished]);
  }
  bar?.stop();
  return record;
}

const preparing = ({ what, done, total }: NonNullable<RunRecord['preparation']>): string =>
  `${what} ${Math.floor((100 * done) / total)} % of ${total} images`;

const progressOf = (record: RunRecord) => ({
  event: 'progress',
  status: record.status,
  stage: record.stage,
  step: record.step,
  totalSteps: record.totalSteps,
  epoch: record.epoch,
  best: record.best,
});

function labels(record: RunRecord) {
  return {
    stage: record.stage ?? record.status,
    epoch: `${Math.floor(record.epoch)}/${Math.round(record.totalEpochs)}`,
    best: record.best ? valueText(record.headline.unit, record.best.value) : '–',
    left: remaining(record),
  };
}

/** By the pace of the whole run so far, evaluations and checkpoints included. */
function remaining({ step, totalSteps, activeSeconds }: RunRecord): string {
  if (step === 0 || activeSeconds === 0) return '–';
  const seconds = ((totalSteps - step) * activeSeconds) / step;
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** The run's end: result first. @returns the exit code */
export function reportEnd(runDir: string, record: RunRecord, json: boolean): number {
  const status = isEnded(record.status) ? (record.status as 'completed' | 'failed' | 'stopped') : 'failed';
  if (json) {
    const { collapsed, best, test } = record;
    sayJson({ event: 'end', run: runDir, status, collapsed, best, test: test ?? {} });
    return exitCodeOf(status);
  }
  if (record.test && Object.keys(record.test).length > 0) say(table(testRows(record, record.test)));
  if (record.collapsed)
    say(`collapsed: ${record.collapsed.reason} (${record.collapsed.role}) at step ${record.collapsed.step}`);
  if (record.error) tell(`${record.error.message}\n${record.error.next ?? ''}`);
  say(`${status}: ${runDir} (exit code ${exitCodeOf(status)})`);
  return exitCodeOf(status);
}

/** Figures of the test by role, the best first. */
function testRows(record: RunRecord, test: NonNullable<RunRecord['test']>): string[][] {
  const sign = record.headline.better === 'higher' ? 1 : -1;
  const rank = (role: string): number => sign * (testedOf(record, role) ?? -sign * Infinity);
  const roles = Object.entries(test).toSorted(([a], [b]) => rank(b) - rank(a));
  if (headlineOf(record).metric !== 'top1') return metricTable(Object.fromEntries(roles));
  const percent = (value: number | undefined) => (value === undefined ? '–' : (100 * value).toFixed(2));
  return [
    ['role', 'test top-1 %', 'top-5 %', 'cross-entropy', 'ECE'],
    ...roles.map(([role, { top1, top5, crossEntropy, ece }]) => [
      role,
      percent(top1),
      percent(top5),
      crossEntropy?.toFixed(4) ?? '–',
      ece?.toFixed(4) ?? '–',
    ]),
  ];
}
