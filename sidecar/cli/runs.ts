import { join, resolve } from 'node:path';
import { settle } from '../daemon/settle.ts';
import { testedOf, valueText } from '../protocol/results.ts';
import { isEnded, type RunRecord } from '../protocol/runRecord.ts';
import { setWanted } from '../store/control.ts';
import { LEASE_FILE, readLeaseSync } from '../store/leaseFile.ts';
import { livenessOf } from '../store/liveness.ts';
import { applyRetention } from '../store/retention.ts';
import { listRuns, readRun } from '../store/runs.ts';
import { findRun } from './findRun.ts';
import { BadInput, EXIT, say, sayJson, table, tell } from './output.ts';
import { trainAttached } from './run.ts';

export async function list(runsFolder: string, json: boolean): Promise<number> {
  const { runs, problems } = await listRuns(resolve(runsFolder));
  const rows = runs.map(({ runDir, record }) => ({ record, shown: shownStatus(runDir, record) }));
  if (json)
    rows.forEach(({ record, shown }) => {
      sayJson({ ...record, status: shown });
    });
  else if (rows.length === 0) say(`no runs in ${resolve(runsFolder)}`);
  else
    say(
      table([
        ['run', 'status', 'step', 'best'],
        ...rows.map(({ record, shown }) => [
          record.id,
          shown,
          `${record.step}/${record.totalSteps}`,
          bestOf(record),
        ]),
      ]),
    );
  for (const { name, message } of problems) tell(`${name}: ${message}`);
  return EXIT.ok;
}

export async function showRun(runsFolder: string, name: string, json: boolean): Promise<number> {
  const runDir = await findRun(runsFolder, name);
  const record = await readRun(runDir);
  if (json) {
    sayJson(record);
    return EXIT.ok;
  }
  const { status, stage, step, totalSteps, backend, collapsed, error, test } = record;
  say(
    table([
      ['run', record.id],
      ['status', shownStatus(runDir, record)],
      ['experiment', record.experiment.path ?? record.experiment.name],
      ['stage', stage ?? '—'],
      ['step', `${step}/${totalSteps}`],
      ['best', bestOf(record)],
      ['backend', backend ? `${backend.name} (${backend.device})` : '—'],
      ['active', `${record.activeSeconds.toFixed(1)} s`],
      ...(collapsed ? [['collapsed', `${collapsed.reason}, ${collapsed.role}, step ${collapsed.step}`]] : []),
      ...(error ? [['error', `${error.message} ${error.next ?? ''}`]] : []),
      ...Object.keys(test ?? {}).map((role) => [
        `test ${role}`,
        valueText(record.headline.unit, testedOf(record, role) ?? NaN),
      ]),
      ['folder', runDir],
    ]),
  );
  return status === 'failed' ? EXIT.failed : EXIT.ok;
}

/** Wishes are files: a trainer on whatever machine reconciles. A run without a trainer is settled here. */
export async function want(runsFolder: string, name: string, wish: 'stop' | 'pause'): Promise<number> {
  const runDir = await findRun(runsFolder, name);
  const record = await readRun(runDir);
  const { liveness } = livenessOf(record, readLeaseSync(join(runDir, LEASE_FILE)), Date.now());
  switch (liveness) {
    case 'ended':
      throw new BadInput(`${record.id} has ended already (${record.status}).`);
    case 'live':
      setWanted(runDir, wish, 'cli');
      tell(`${record.id}: asked to ${wish}; it does so after its present step`);
      return EXIT.ok;
    case 'queued':
    case 'lost': {
      if (wish === 'pause')
        throw new BadInput(`${record.id} is ${liveness}: only a running run can be paused.`);
      await settle(runDir, () => ({ status: 'stopped', endedAt: new Date().toISOString() }));
      tell(`${record.id}: stopped before it ${liveness === 'queued' ? 'began' : 'ended by itself'}`);
      return EXIT.ok;
    }
  }
}

/** Un-pauses a live run; otherwise a trainer goes on from the newest checkpoint. */
export async function resume(runsFolder: string, name: string, json: boolean): Promise<number> {
  const runDir = await findRun(runsFolder, name);
  const record = await readRun(runDir);
  const shown = shownStatus(runDir, record);
  if (shown === 'paused') {
    setWanted(runDir, 'run', 'cli');
    tell(`${record.id}: goes on`);
    return EXIT.ok;
  }
  if (shown === 'running' || shown === 'preparing') throw new BadInput(`${record.id} is running.`);
  if (shown === 'completed') throw new BadInput(`${record.id} is complete: there is nothing to resume.`);
  return trainAttached(runDir, json);
}

/** Deletes checkpoints of ended runs beyond those to keep; the newest sound one always stays. */
export async function prune(
  runsFolder: string,
  name: string | undefined,
  keepLast: number,
  keepBest: number,
): Promise<number> {
  const runDirs =
    name === undefined
      ? (await listRuns(resolve(runsFolder))).runs.map(({ runDir }) => runDir)
      : [await findRun(runsFolder, name)];
  for (const runDir of runDirs) {
    const record = await readRun(runDir);
    if (!isEnded(record.status)) {
      tell(`${record.id}: ${record.status}, left alone`);
      continue;
    }
    const deleted = await applyRetention(runDir, { keepLast, keepBest, better: record.headline.better });
    say(`${record.id}: ${deleted.length} checkpoints deleted`);
  }
  return EXIT.ok;
}

const bestOf = ({ best, headline }: RunRecord): string =>
  best ? `${valueText(headline.unit, best.value)} @ ${best.step}` : '—';

/** The status as it is written, or `lost` where nobody is behind it any more. */
function shownStatus(runDir: string, record: RunRecord): string {
  const lease = readLeaseSync(join(runDir, LEASE_FILE));
  return livenessOf(record, lease, Date.now()).liveness === 'lost' ? 'lost' : record.status;
}
