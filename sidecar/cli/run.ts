import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settle, tailOfLog } from '../daemon/settle.ts';
import { probeData } from '../datasets/probe.ts';
import { branchRun } from '../launchers/branchRun.ts';
import { prepareRun, type PreparedRun } from '../launchers/prepareRun.ts';
import { repeatRun } from '../launchers/repeatRun.ts';
import type { TrainerEnd } from '../launchers/launcher.ts';
import { isEnded } from '../protocol/runRecord.ts';
import { LOG_FILE, readRun } from '../store/runs.ts';
import { LEASE_HELD_EXIT } from '../trainer/exitCodes.ts';
import { BadInput, EXIT, report, sayJson, tell } from './output.ts';
import { findRun } from './findRun.ts';
import { follow, reportEnd } from './progress.ts';
import { isWish, StopWishes } from './stopWishes.ts';

export interface RunOptions {
  readonly runs: string;
  readonly set: readonly string[];
  readonly json: boolean;
  /** Print the address of the live page as well. */
  readonly serve: boolean;
}

/** Starts a run as this process's child and follows it to its end. @returns the exit code */
export async function runAttached(file: string, options: RunOptions): Promise<number> {
  // From before there is a run on: else one could be left that nobody trains.
  const wishes = new StopWishes();
  const prepared = await prepareRun(
    resolve(options.runs),
    { experiment: { path: file }, overrides: options.set, status: 'preparing' },
    probeData,
  );
  const runDir = accepted(prepared, options.json);
  if (runDir === null) return EXIT.badInput;
  // The page is a convenience: training does not wait for it, nor end with it.
  const page = options.serve
    ? import('./daemon.ts')
        .then(({ serve }) => serve(options.runs, options.json))
        .catch((error: unknown) => {
          tell(`no page: ${error instanceof Error ? error.message : String(error)}`);
        })
    : null;
  return trainAttached(runDir, options.json, page, wishes);
}

/** Starts a run from a checkpoint of another one and follows it to its end. @returns the exit code */
export async function branchAttached(
  runsFolder: string,
  name: string,
  options: { readonly step: number; readonly set: readonly string[]; readonly json: boolean },
): Promise<number> {
  const { step, set: overrides } = options;
  const wishes = new StopWishes();
  const parentDir = await findRun(runsFolder, name);
  const prepared = await branchRun({ runDir: parentDir, step, overrides, status: 'preparing' }, probeData);
  const runDir = accepted(prepared, options.json);
  return runDir === null ? EXIT.badInput : trainAttached(runDir, options.json, null, wishes);
}

/**
 * Runs once more what a run really ran, so that the numbers are the same.
 * @returns the exit code: bad input where that cannot be
 */
export async function repeatAttached(runsFolder: string, name: string, json: boolean): Promise<number> {
  const wishes = new StopWishes();
  const runDir = await findRun(runsFolder, name);
  const repeat = (despite: boolean) => repeatRun({ runDir, despite, status: 'preparing' }, probeData);
  let repeated = await repeat(false);
  if (repeated.kind === 'obstructed') {
    for (const { severity, what, message, next } of repeated.obstacles)
      tell(`${severity} ${what}: ${message} ${next}`);
    // What only warns is said, and stops nobody who asks on the command line.
    if (repeated.obstacles.some(({ severity }) => severity === 'refuse')) return EXIT.badInput;
    repeated = await repeat(true);
    if (repeated.kind === 'obstructed') return EXIT.badInput;
  }
  const repeatDir = accepted(repeated, json);
  return repeatDir === null ? EXIT.badInput : trainAttached(repeatDir, json, null, wishes);
}

/** Reports what was found. @returns the run directory, or null when none was made */
function accepted(prepared: PreparedRun, json: boolean): string | null {
  switch (prepared.kind) {
    case 'invalid':
      report(prepared.findings, json);
      return null;
    case 'ready':
      report(prepared.warnings, false);
      return prepared.runDir;
  }
}

/**
 * A trainer as this process's child. Signals to either mean checkpoint, then stop, from the first moment on.
 * @param page resolves when the page's address stands above the progress bar
 */
export async function trainAttached(
  runDir: string,
  json: boolean,
  page: Promise<unknown> | null = null,
  wishes = new StopWishes(),
): Promise<number> {
  if (json) sayJson({ event: 'start', run: runDir });
  else tell(`run ${runDir}`);
  const before = await readRun(runDir);
  const log = openSync(join(runDir, LOG_FILE), 'a');
  const trainer = spawn(process.execPath, [fileURLToPath(new URL('./trainer.js', import.meta.url)), runDir], {
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  wishes.passTo(trainer);
  const ended = new Promise<TrainerEnd>((done, failed) => {
    trainer.once('exit', (code, signal) => {
      done({ code, signal });
    });
    trainer.once('error', failed);
  });
  await Promise.race([page, ended]);
  const record = await follow(runDir, json, ended);
  const end = await ended;
  if (end.code === LEASE_HELD_EXIT) throw new BadInput(await lastLine(runDir));
  const saidSo = isEnded(record.status) && record.startedAt !== null && record.endedAt !== before.endedAt;
  if (!saidSo && isWish(end.signal)) {
    // A trainer listens for these from its first line on, so it had not come so far: nothing was trained yet.
    await settle(runDir, ({ status }) =>
      isEnded(status) ? null : { status: 'stopped', endedAt: new Date().toISOString() },
    );
    return reportEnd(runDir, await readRun(runDir), json);
  }
  if (!saidSo) {
    const how = end.signal === null ? `with code ${end.code ?? 'unknown'}` : `by ${end.signal}`;
    const said = await lastLine(runDir);
    tell(
      `The trainer ended ${how} without ending its run. The last line of ${join(runDir, LOG_FILE)}: ${said}`,
    );
    return reportEnd(runDir, { ...record, status: 'failed' }, json);
  }
  return reportEnd(runDir, record, json);
}

async function lastLine(runDir: string): Promise<string> {
  const lines = (await tailOfLog(runDir, 4096)).trim().split('\n');
  return lines.at(-1)?.replace(/^\S+Z /u, '') ?? '';
}
