/**
 * A daemon as a process: logs to a file, ends on SIGTERM and SIGINT, leaves trainers running.
 *
 * API: runDaemon(options) → exit code.
 */
import { logPath } from '../client/discoveryFile.ts';
import { Daemon, type DaemonOptions } from './daemon.ts';
import { openLog } from './log.ts';

/** Returns when the daemon is over: 0, also when another daemon serves the folder already. */
export async function runDaemon(options: Omit<DaemonOptions, 'log'>): Promise<number> {
  const log = openLog(logPath(options.runsFolder));
  process.on('uncaughtExceptionMonitor', (error) => {
    log(`crashed: ${error.stack ?? error.message}`);
  });
  const result = await Daemon.start({ ...options, log });
  switch (result.kind) {
    case 'taken':
      log(`gave way to the daemon on port ${result.by.port}`);
      return 0;
    case 'started': {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        process.once(signal, () => {
          void result.daemon.end(signal);
        });
      }
      await result.daemon.ended;
      return 0;
    }
  }
}
