import { useSignal, useSignalEffect } from '@preact/signals';
import type { Views as Shown } from '../../sidecar/protocol/views.ts';
import { connection } from '../link/link.ts';
import { askIfKnown } from '../link/steering.ts';
import { selectedId } from '../view/selection.ts';
import { useSeen } from '../view/whenSeen.ts';
import { t } from '../words/words.ts';

/** What the networks are shown: samples of the first batch, each with its augmented views. Nothing where there are no images. */
export function Views() {
  const [frame, isSeen] = useSeen<HTMLElement>();
  const known = useSignal<{ readonly run: string; readonly views: Shown | null } | null>(null);
  useSignalEffect(() => {
    const [run, link] = [selectedId.value, connection.value];
    // They are of the beginning, so they never change.
    if (run === null || link === null || !isSeen.value || known.peek()?.run === run) return;
    askIfKnown('runs/views', { run })
      .then((answer) => {
        if (selectedId.peek() === run) known.value = { run, views: answer?.views ?? null };
      })
      .catch((error: unknown) => {
        console.warn('runs/views', error);
      });
  });
  const views = known.value?.run === selectedId.value ? known.value.views : null;
  return (
    <section ref={frame} class="views" aria-label={t('views.label')}>
      {views ? <Sheet views={views} /> : null}
    </section>
  );
}

function Sheet({ views: { stage, classes, samples } }: { readonly views: Shown }) {
  return (
    <>
      <div class="row">
        <h2>{t('views.title')}</h2>
        <span class="muted">{t('views.of', { stage })}</span>
      </div>
      <ul class="samples">
        {samples.map(({ sample, label, plain, views }) => {
          const name = classes[label] ?? String(label);
          return (
            <li key={sample} class="sample viewed">
              <Picture png={plain} title={t('samples.image', { sample: String(sample), label: name })} />
              {views.map((png, index) => (
                <Picture key={index} png={png} title={t('views.view', { view: String(index + 1) })} />
              ))}
            </li>
          );
        })}
      </ul>
    </>
  );
}

const Picture = ({ png, title }: { readonly png: string; readonly title: string }) => (
  <img src={`data:image/png;base64,${png}`} alt={title} title={title} />
);
