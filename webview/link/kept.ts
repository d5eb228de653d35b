import type { RefObject } from 'preact';
import { useComputed, useSignal, useSignalEffect, type ReadonlySignal } from '@preact/signals';
import type { RequestResult } from '../../sidecar/protocol/messages.ts';
import { selectedSeries } from '../series/followed.ts';
import { selectedId, selectedRun } from '../view/selection.ts';
import { useSeen } from '../view/whenSeen.ts';
import { connection } from './link.ts';
import { askIfKnown } from './steering.ts';

type Method = 'runs/predictions' | 'runs/exhibits';

/**
 * What the selected run kept at its newest evaluation: asked for when the frame is seen, and again after each evaluation. Null
 * until then, and where the daemon is too old to know.
 */
export function useKept<M extends Method>(
  method: M,
): { readonly frame: RefObject<HTMLElement | null>; readonly kept: ReadonlySignal<RequestResult<M> | null> } {
  const [frame, isSeen] = useSeen<HTMLElement>();
  const answer = useSignal<{ readonly run: string; readonly result: RequestResult<M> | null } | null>(null);
  /** Step of the newest evaluation. */
  const evaluated = useComputed(() => {
    const headline = selectedRun.value?.record.headline.series ?? '';
    return selectedSeries.value?.points(headline)?.steps.at(-1) ?? null;
  });
  useSignalEffect(() => {
    const [run, step, link] = [selectedId.value, evaluated.value, connection.value];
    if (run === null || step === null || link === null || !isSeen.value) return;
    askIfKnown<Method>(method, { run })
      .then((result) => {
        if (selectedId.peek() === run) answer.value = { run, result: result as RequestResult<M> | null };
      })
      .catch((error: unknown) => {
        console.warn(method, error);
      });
  });
  const kept = useComputed(() => (answer.value?.run === selectedId.value ? answer.value.result : null));
  return { frame, kept };
}
