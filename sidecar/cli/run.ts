import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingData } from '../datasets/registry.ts';
import { prepareRun } from '../launchers/prepareRun.ts';
import { LOG_FILE } from '../store/runs.ts';
import { EXIT, report, sayJson, tell } from './output.ts';
import { follow, reportEnd } from './progress.ts';

export interface RunOptions {
  readonly runs: string;
  readonly set: readonly string[];
  readonly json: boolean;
  /** Print the address of the live page as well. */
  readonly serve: boolean;
}

/** Starts a run as this process's child and follows it to its end. @returns the exit code */
export async function runAttached(file: string, options: RunOptions): Promise<number> {
  const prepared = await prepareRun(
    resolve(options.runs),
    { experiment: { path: file }, overrides: options.set, status: 'preparing' },
    missingData,
  );
  if (prepared.kind === 'invalid') {
    report(prepared.findings, options.json);
    return EXIT.badInput;
  }
  for (const warning of prepared.warnings) report([warning], false);
  // The page is a convenience: training does not wait for it, nor end with it.
  const page = options.serve
    ? import('./daemon.ts')
        .then(({ serve }) => serve(options.runs, options.json))
        .catch((error: unknown) => {
          tell(`no page: ${error instanceof Error ? error.message : String(error)}`);
        })
    : null;
  return trainAttached(prepared.runDir, options.json, page);
}

/**
 * A trainer as this process's child: Ctrl-C reaches it too and means checkpoint, then stop.
 * @param page resolves when the page's address stands above the progress bar
 */
export async function trainAttached(
  runDir: string,
  json: boolean,
  page: Promise<unknown> | null = null,
): Promise<number> {
  if (json) sayJson({ event: 'start', run: runDir });
  else tell(`run ${runDir}`);
  const log = openSync(join(runDir, LOG_FILE), 'a');
  const trainer = spawn(process.execPath, [fileURLToPath(new URL('./trainer.js', import.meta.url)), runDir], {
    stdio: ['ignore', log, log],
  });
  const ended = new Promise<void>((done, failed) => {
    trainer.once('exit', () => {
      done();
    });
    trainer.once('error', failed);
  });
  // The terminal's Ctrl-C goes to both processes; only a kill aimed at this one must be passed on.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => trainer.kill('SIGTERM'));
  await Promise.race([page, ended]);
  const record = await follow(runDir, json, ended);
  await ended;
  return reportEnd(runDir, record, json);
}
