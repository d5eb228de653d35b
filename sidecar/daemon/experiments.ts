/** What the daemon asks of experiments: given to it, since it knows no configuration. API: Experiments, PreparedRun. */
import type { Obstacle } from '../protocol/obstacle.ts';
import type { FindingMessage } from '../protocol/finding.ts';
import type { RequestParams, RequestResult } from '../protocol/messages.ts';

export type PreparedRun =
  /** The directory exists, with status `queued`; `findings` are warnings. */
  | { kind: 'queued'; runDir: string; findings: FindingMessage[] }
  /** The experiment has errors, and nothing was made. */
  | { kind: 'rejected'; findings: FindingMessage[] };

export interface BranchRequest {
  /** Of the run that has the checkpoint. */
  runDir: string;
  step: number;
  overrides: readonly string[];
}

export type RepeatedRun = PreparedRun | { kind: 'obstructed'; obstacles: Obstacle[] };

export interface Experiments {
  /** Resolves an experiment and makes a queued run in `runsFolder` (store/runs.ts `createRun`). */
  start(request: RequestParams<'runs/start'>, runsFolder: string): Promise<PreparedRun>;
  /** Makes a queued run beside another one, from a checkpoint of it. @throws ProtocolError `wrong-state` */
  branch(request: BranchRequest): Promise<PreparedRun>;
  /** Makes a queued run beside another one that repeats it bit for bit. @param despite warnings are accepted */
  repeat(request: { runDir: string; despite: boolean }): Promise<RepeatedRun>;
  /** Looks for a data set, and into its folders. @throws ProtocolError `invalid-message` where it is no data set */
  probe(request: RequestParams<'system/data'>): RequestResult<'system/data'>;
  /** A resolved experiment by dotted path, values as JSON text. @throws where it cannot be read */
  parameters(resolvedText: string): Record<string, string>;
}
