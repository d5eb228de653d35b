import { EventEmitter, type Disposable } from 'vscode';
import type { RunSummary } from '../../sidecar/protocol/runSummary.ts';

/** The newest numbers of a run that lives. */
export interface Pulse {
  /** Values of the headline series, thinned out, oldest first. */
  readonly headline: readonly number[];
  /** Wall time of the newest point, seconds since 1970; null before the first. */
  readonly newestWall: number | null;
  /** Optimiser steps a second, by the last points; null while unknown. */
  readonly stepsPerSecond: number | null;
}

/** How the host stands with the daemon. */
export type SidecarState =
  /** `since` (milliseconds since 1970) tells when there last was a link; null when there never was one. */
  | { readonly kind: 'off'; readonly since: number | null }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly version: string }
  | { readonly kind: 'waiting'; readonly message: string; readonly since: number }
  | { readonly kind: 'failed'; readonly message: string; readonly next: string };

/** What the views show: an index of what the daemon says, never a truth of its own. Light: loaded at activation. */
export class RunsModel implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly #transition = new EventEmitter<{ readonly before: RunSummary | null; readonly now: RunSummary }>();
  readonly #runs = new Map<string, RunSummary>();
  readonly #pulses = new Map<string, Pulse>();
  #state: SidecarState = { kind: 'off', since: null };
  #selected: string | null = null;

  readonly onDidChange = this.#changed.event;
  /** A run is new or has changed; `before` is null when it was not known. */
  readonly onRun = this.#transition.event;

  get state(): SidecarState {
    return this.#state;
  }

  /** Oldest first. */
  get runs(): readonly RunSummary[] {
    return [...this.#runs.values()].sort((a, b) => (a.record.createdAt < b.record.createdAt ? -1 : 1));
  }

  /** What commands and views are about when nothing is said: the run selected last, if it still exists. */
  get selected(): RunSummary | null {
    return this.#selected === null ? null : (this.#runs.get(this.#selected) ?? null);
  }

  get(id: string): RunSummary | null {
    return this.#runs.get(id) ?? null;
  }

  pulse(id: string): Pulse | null {
    return this.#pulses.get(id) ?? null;
  }

  select(id: string | null): void {
    if (this.#selected === id) return;
    this.#selected = id;
    this.#changed.fire();
  }

  setState(state: SidecarState): void {
    this.#state = state;
    this.#changed.fire();
  }

  /** All runs, after (re)connecting: whoever is missing is gone. */
  replace(runs: readonly RunSummary[]): void {
    const ids = new Set(runs.map(({ record }) => record.id));
    for (const id of this.#runs.keys()) if (!ids.has(id)) this.#forget(id);
    for (const run of runs) this.#take(run);
    this.#changed.fire();
  }

  put(run: RunSummary): void {
    this.#take(run);
    this.#changed.fire();
  }

  remove(id: string): void {
    this.#forget(id);
    this.#changed.fire();
  }

  setPulse(id: string, pulse: Pulse): void {
    this.#pulses.set(id, pulse);
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
    this.#transition.dispose();
  }

  #take(now: RunSummary): void {
    const before = this.#runs.get(now.record.id) ?? null;
    this.#runs.set(now.record.id, now);
    this.#transition.fire({ before, now });
  }

  #forget(id: string): void {
    this.#runs.delete(id);
    this.#pulses.delete(id);
    if (this.#selected === id) this.#selected = null;
  }
}
