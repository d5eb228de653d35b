/** How an experiment becomes a run directory: given to the daemon, which knows no configuration. */
import type { FindingMessage } from '../protocol/finding.ts';
import type { RequestParams } from '../protocol/messages.ts';

export type PrepareRequest = RequestParams<'runs/start'>;

export type PreparedRun =
  /** The directory exists, with status `queued`; `findings` are warnings. */
  | { kind: 'queued'; runDir: string; findings: FindingMessage[] }
  /** The experiment has errors, and nothing was made. */
  | { kind: 'rejected'; findings: FindingMessage[] };

/** Resolves the experiment and makes a queued run in `runsFolder` (store/runs.ts `createRun`). */
export type PrepareRun = (request: PrepareRequest, runsFolder: string) => Promise<PreparedRun>;
