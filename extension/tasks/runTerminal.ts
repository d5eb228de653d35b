import { Disposable, EventEmitter, l10n, type Pseudoterminal } from 'vscode';
import { formatFinding } from '../../sidecar/config/findings.ts';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';
import type { App } from '../app.ts';
import { bestText, durationText, epochText, etaSeconds, runTitle, statusWord } from '../runs/runText.ts';
import { standingOverrides } from '../settings.ts';
import { assertTrusted } from '../trust.ts';

/** Exit codes as of `distillery run`. */
const EXIT = { completed: 0, failed: 1, badInput: 2, stopped: 3 } as const;

/** The terminal of a task: what became of the submission, a line an epoch, how it ended. */
export class RunTerminal implements Pseudoterminal {
  readonly #app: App;
  readonly #experiment: string;
  readonly #overrides: readonly string[];
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  #following: Disposable | null = null;
  #told = '';

  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;

  /** @param experiment absolute path */
  constructor(app: App, experiment: string, overrides: readonly string[]) {
    this.#app = app;
    this.#experiment = experiment;
    this.#overrides = overrides;
  }

  open(): void {
    this.#start().catch((error: unknown) => {
      const next = error instanceof Error && 'next' in error ? ` ${String(error.next)}` : '';
      this.#say(`${error instanceof Error ? error.message : String(error)}${next}`);
      this.#end(EXIT.failed);
    });
  }

  /** The user ended the task: the run goes on. */
  close(): void {
    this.#following?.dispose();
    this.#following = null;
  }

  async #start(): Promise<void> {
    assertTrusted();
    const link = await this.#app.sidecar.link();
    const answer = await link.request('runs/start', {
      source: { kind: 'file', path: this.#experiment },
      overrides: [...standingOverrides(), ...this.#overrides],
    });
    for (const finding of answer.findings) this.#say(formatFinding(finding));
    if (answer.kind === 'rejected') {
      this.#end(EXIT.badInput);
      return;
    }
    const { id } = answer.run.record;
    this.#say(l10n.t('{0} is {1}: {2}', runTitle(answer.run), statusWord(answer.run), id));
    this.#say(l10n.t('Ending this task does not stop the run.'));
    this.#app.model.put(answer.run);
    const follow = this.#app.model.onRun(({ now }) => {
      if (now.record.id === id) this.#follow(now);
    });
    const gone = this.#app.model.onDidChange(() => {
      if (this.#app.model.state.kind !== 'connected' || this.#app.model.get(id)) return;
      this.#say(l10n.t('There is no run {0} any more.', id));
      this.#end(EXIT.failed);
    });
    this.#following = Disposable.from(follow, gone);
  }

  #follow(run: RunSummary): void {
    const { record } = run;
    const eta = etaSeconds(run, this.#app.model.pulse(record.id));
    const key = `${record.status} ${run.liveness} ${Math.floor(record.epoch)}`;
    if (key !== this.#told) {
      this.#told = key;
      this.#say(
        [
          statusWord(run),
          record.stage,
          epochText(run),
          bestText(run),
          eta === null ? null : durationText(eta),
        ]
          .filter((part) => part !== null && part !== '')
          .join(' · '),
      );
    }
    if (run.liveness !== 'ended') return;
    if (record.error) this.#say(`${record.error.message} ${record.error.next ?? ''}`);
    switch (record.status) {
      case 'completed':
        this.#end(EXIT.completed);
        return;
      case 'stopped':
        this.#end(EXIT.stopped);
        return;
      default:
        this.#end(EXIT.failed);
    }
  }

  #say(line: string): void {
    this.#write.fire(`${line.replace(/\r?\n/gu, '\r\n')}\r\n`);
  }

  #end(code: number): void {
    this.close();
    this.#close.fire(code);
  }
}
