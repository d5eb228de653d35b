import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { Predictions as Answers } from '../../sidecar/protocol/predictions.ts';
import { connection } from '../link/link.ts';
import { askIfKnown } from '../link/steering.ts';
import { selectedSeries } from '../series/followed.ts';
import { selectedId, selectedRun } from '../view/selection.ts';
import { useSeen } from '../view/whenSeen.ts';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { disagreeingFirst } from './confusion.ts';
import { ConfusionGrid } from './confusionGrid.tsx';
import { PerClass } from './perClass.tsx';
import { Samples } from './samples.tsx';

/** What it gets wrong; asked for when it is seen, and again after each evaluation. Nothing where nobody can tell. */
export function Predictions() {
  const [frame, isSeen] = useSeen<HTMLElement>();
  const answers = useSignal<{ readonly run: string; readonly predictions: Answers } | null>(null);
  /** Step of the newest evaluation. */
  const evaluated = useComputed(() => {
    const role = selectedRun.value?.record.roles[0]?.id ?? '';
    return selectedSeries.value?.points(`validation/${role}/top1`)?.steps.at(-1) ?? null;
  });
  useSignalEffect(() => {
    const [run, step, link] = [selectedId.value, evaluated.value, connection.value];
    if (run === null || step === null || link === null || !isSeen.value) return;
    askIfKnown('runs/predictions', { run })
      .then((answer) => {
        const predictions = answer?.predictions ?? null;
        if (selectedId.peek() === run) answers.value = predictions && { run, predictions };
      })
      .catch((error: unknown) => {
        console.warn('runs/predictions', error);
      });
  });
  const shown = answers.value?.run === selectedId.value ? answers.value.predictions : undefined;
  return (
    <section ref={frame} class="predictions" aria-label={t('predictions.label')}>
      {shown ? <Shown predictions={shown} /> : null}
    </section>
  );
}

function Shown({ predictions }: { readonly predictions: Answers }) {
  const roles = Object.keys(predictions.confusion);
  const chosen = useSignal<string | null>(null);
  const role = chosen.value !== null && roles.includes(chosen.value) ? chosen.value : (roles[0] ?? '');
  return (
    <>
      <div class="row">
        <h2>{t('predictions.title')}</h2>
        <span class="muted">
          {t('predictions.of', {
            split: predictions.split,
            step: formatCount(predictions.step),
            samples: formatCount(predictions.samples),
          })}
        </span>
      </div>
      {predictions.images.length === 0 ? null : (
        <Samples images={disagreeingFirst(predictions)} classes={predictions.classes} />
      )}
      <div class="grid">
        <div>
          <div class="row">
            <h2>{t('confusion.title')}</h2>
            <select
              aria-label={t('confusion.role')}
              value={role}
              onChange={(event) => {
                chosen.value = event.currentTarget.value;
              }}
            >
              {roles.map((id) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          </div>
          <ConfusionGrid predictions={predictions} role={role} />
        </div>
        <PerClass predictions={predictions} roles={roles} />
      </div>
    </>
  );
}
