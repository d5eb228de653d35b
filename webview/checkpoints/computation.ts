import { computed, effect, signal, untracked } from '@preact/signals';
import {
  comparisonRequestSchema,
  type Comparison,
  type ComparisonProgress,
  type ComparisonRequest,
} from '../../sidecar/protocol/comparison.ts';
import { toProtocolError } from '../../sidecar/protocol/errors.ts';
import { connection, isConnected } from '../link/link.ts';
import { maySteer } from '../link/steering.ts';
import { part, look } from '../view/viewState.ts';
import { split, subjects } from './choice.ts';

export type Computation =
  | { readonly kind: 'idle' }
  | { readonly kind: 'computing'; readonly progress: ComparisonProgress }
  | { readonly kind: 'failed'; readonly message: string; readonly next: string }
  | { readonly kind: 'cancelled' };

export interface ComparedResult {
  readonly request: ComparisonRequest;
  readonly comparison: Comparison;
  readonly cached: boolean;
}

export const computation = signal<Computation>({ kind: 'idle' });
/** The last one that came, whatever is asked for since. */
export const result = signal<ComparedResult | null>(null);

const isCompared = part('isCompared');
/** A large network on a slow machine. */
const DEADLINE_MS = 6 * 3_600_000;
const BEGINNING: ComparisonProgress = { done: 0, total: 0, what: 'opening' };

let asked = 0;
let cancelling = new AbortController();

/** What is chosen, as it would be asked. */
export const request = computed((): ComparisonRequest | null =>
  subjects.value.length < 2
    ? null
    : comparisonRequestSchema.parse({ subjects: [...subjects.value], split: split.value }),
);

/** Whether the result shown is no answer to what is chosen. */
export const isStale = computed(
  () => result.value !== null && JSON.stringify(result.value.request) !== JSON.stringify(request.value),
);

/** Asks for the comparison of what is chosen. @param fresh computes also what is known */
export async function compare(fresh = false): Promise<void> {
  const [link, wanted] = [connection.peek(), request.peek()];
  if (link === null || wanted === null) return;
  cancelling.abort();
  const own = (cancelling = new AbortController());
  const id = `page-${++asked}`;
  const isCurrent = () => own === cancelling;
  computation.value = { kind: 'computing', progress: BEGINNING };
  look({ isCompared: true });
  const stop = link.on('comparison/progress', ({ id: of, progress }) => {
    if (of === id && isCurrent() && !own.signal.aborted) computation.value = { kind: 'computing', progress };
  });
  try {
    const options = { deadlineMs: DEADLINE_MS, signal: own.signal };
    const answer = await link.request('checkpoints/compare', { id, request: wanted, fresh }, options);
    if (!isCurrent()) return;
    result.value = { request: wanted, ...answer };
    computation.value = { kind: 'idle' };
  } catch (error) {
    if (!isCurrent()) return;
    const { code, message, next } = toProtocolError(error);
    // A lost link is shown by itself; what was asked is asked again when it is back.
    if (code === 'disconnected') computation.value = { kind: 'idle' };
    else {
      look({ isCompared: false });
      computation.value = code === 'cancelled' ? { kind: 'cancelled' } : { kind: 'failed', message, next };
    }
  } finally {
    stop();
  }
}

export function cancel(): void {
  cancelling.abort();
}

/** Asks again for what was asked before the page was hidden or the link lost; an effect, which is to be ended. */
export function resumeComparison(): () => void {
  return effect(() => {
    if (!isConnected.value || !maySteer.value || !isCompared.value || request.value === null) return;
    if (computation.peek().kind === 'computing') return;
    if (result.peek() === null || isStale.peek()) untracked(() => void compare());
  });
}
