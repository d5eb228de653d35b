import { assertNoFault } from '../backends/prepared.ts';
import type { RunRecord } from '../protocol/runRecord.ts';
import { checkpointName, writeCheckpoint } from '../store/checkpoints.ts';
import { applyRetention } from '../store/retention.ts';
import { encodeCheckpoint, type RunState } from './checkpointCodec.ts';
import type { LoopSetup } from './loop.ts';
import type { Optimizer } from './optimizer.ts';

const PAUSE_POLL_MS = 250;
const RECORD_EVERY_MS = 1000;

type Optimizers = ReadonlyMap<string, Optimizer>;

/**
 * What a training run leaves on disk of where it stands, and what it does when somebody wants something else of it:
 * checkpoints, progress in `run.json`, pauses. Counts the active time.
 */
export class Keeper {
  #activeSince = performance.now();
  #recordedAt = 0;
  /** How many checkpoints had been asked for when one was last made for it. */
  #requests: number;
  #savedStep: number;

  constructor(readonly setup: LoopSetup) {
    this.#requests = setup.files.control().checkpoint;
    this.#savedStep = setup.restored?.state.step ?? -1;
  }

  begin(state: RunState): void {
    this.setup.files.update({ status: 'running', ...this.#progress(state) });
  }

  /** Writes the progress into `run.json`. @param when `sometimes`: at most once a second */
  record(state: RunState, when: 'now' | 'sometimes'): void {
    if (when === 'sometimes' && performance.now() - this.#recordedAt < RECORD_EVERY_MS) return;
    this.#recordedAt = performance.now();
    this.setup.files.update(this.#progress(state));
  }

  /** Whether the step just done is to be kept. A request is answered once. */
  isCheckpointDue({ step, best }: RunState): boolean {
    const { files, settings } = this.setup;
    const asked = files.control().checkpoint;
    const isAsked = asked > this.#requests;
    this.#requests = asked;
    return isAsked || step % settings.checkpoints.every === 0 || best?.step === step;
  }

  /**
   * Everything up to this step on disk, then the checkpoint renamed into place.
   *
   * @returns the state with its active time
   * @throws Error when the weights come from a device on which something went wrong
   */
  async save(state: RunState, optimizers: Optimizers): Promise<RunState> {
    const { files, training, settings, headline } = this.setup;
    const { step } = state;
    if (this.#savedStep === step && state.test === null) return state;
    const kept = this.#timed(state);
    const contents = await encodeCheckpoint(training, optimizers, kept);
    assertNoFault(this.setup.backend);
    files.events.sync();
    writeCheckpoint(files.runDir, step, contents, {
      guard: () => {
        files.lease.check();
      },
    });
    this.#savedStep = step;
    files.events.checkpointMarker(step, checkpointName(step));
    const { keepLast, keepBest } = settings.checkpoints;
    await applyRetention(files.runDir, { keepLast, keepBest, better: headline.better });
    this.record(kept, 'now');
    return kept;
  }

  /** Brings the run into the state that is wanted: makes a checkpoint and waits while it is to be paused. */
  async reconcile(
    state: RunState,
    optimizers: Optimizers,
  ): Promise<{ readonly want: 'run' | 'stop'; readonly state: RunState }> {
    const { files } = this.setup;
    let want = this.#wanted();
    if (want !== 'pause') return { want, state };
    const paused = this.#timed(await this.save(state, optimizers));
    files.update({ status: 'paused', ...this.#progress(paused) });
    files.events.flush();
    while (want === 'pause') {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_POLL_MS));
      files.lease.check();
      want = this.#wanted();
    }
    this.#activeSince = performance.now();
    if (want === 'run') files.update({ status: 'running' });
    return { want, state: paused };
  }

  /** What is wanted now; a signal to end counts as a wish to stop. */
  #wanted(): 'run' | 'pause' | 'stop' {
    return this.setup.signal.aborted ? 'stop' : this.setup.files.control().want;
  }

  #activeSeconds({ activeSeconds }: RunState): number {
    return activeSeconds + (performance.now() - this.#activeSince) / 1000;
  }

  /** The state with the time since it was last counted. */
  #timed(state: RunState): RunState {
    const activeSeconds = this.#activeSeconds(state);
    this.#activeSince = performance.now();
    return { ...state, activeSeconds };
  }

  #progress(state: RunState): Partial<RunRecord> {
    const { stages, stepsPerEpoch, headline } = this.setup;
    const { step, stage, stageStep, best, collapsed } = state;
    // After the last stage a run still stands at its end.
    const last = stages.at(-1);
    const present = stages[stage] ?? last;
    return {
      step,
      stage: present?.name ?? null,
      epoch: (stages[stage] ? stageStep : (last?.steps ?? 0)) / stepsPerEpoch,
      totalEpochs: present?.epochs ?? 0,
      best: best && { series: headline.series, better: headline.better, ...best },
      collapsed,
      activeSeconds: this.#activeSeconds(state),
    };
  }
}
