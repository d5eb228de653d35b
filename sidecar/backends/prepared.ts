import type { BackendName } from './options.ts';

/** A backend that is active in TensorFlow.js and has computed 1 + 1. */
export interface PreparedBackend {
  readonly name: BackendName;
  /** What it runs on, in words, e.g. `CPU (WebAssembly SIMD, 1 thread)`. */
  readonly device: string;
  /** Version of the library below, e.g. `tfjs-backend-wasm 4.22.0`. */
  readonly version: string;
  /** Folder of the native package that it comes from; absent for what is built in. */
  readonly location?: string;
  /** Whether reading a tensor back is a mere copy that never waits for a device. */
  readonly readIsFree: boolean;
  /** What went wrong on the device without any call failing, or null; known once something was read back after it. */
  readonly fault: () => string | null;
  /** Backends tried before this one, and why each is not it. */
  readonly skipped: readonly SkippedBackend[];
}

/** A backend that is not usable here, with the exact reason. */
export interface SkippedBackend {
  readonly name: BackendName;
  readonly reason: string;
}

/** What a backend's own file hands over; the rest is the same for all. */
export type Activated = Pick<PreparedBackend, 'device' | 'version' | 'location' | 'readIsFree' | 'fault'>;

/** Thrown by a backend's own file when it cannot be used here; the message is the reason, fit to be shown. */
export class BackendUnusable extends Error {
  override readonly name = 'BackendUnusable';
}

/** For backends whose operations throw when they fail. */
export const noFault = (): null => null;

/** @throws Error when something went wrong on the device since it was prepared: what was computed since is worth nothing */
export function assertNoFault({ fault }: Pick<PreparedBackend, 'fault'>): void {
  const reason = fault();
  if (reason !== null)
    throw new Error(`${reason}. Numbers since the last checkpoint are void; another backend may manage.`);
}

/** First line of whatever was thrown. */
export function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.trim().split('\n', 1)[0] || 'it failed without a message';
}
