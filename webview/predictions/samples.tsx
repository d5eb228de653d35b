import { useSignal } from '@preact/signals';
import type { Predictions } from '../../sidecar/protocol/predictions.ts';
import { formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { disagrees } from './confusion.ts';

const SHOWN_AT_FIRST = 12;

type Answers = Predictions['images'][number]['answers'];

/** A sample with what several networks say of it, by their names. */
export interface ShownSample {
  readonly sample: number;
  readonly label: number;
  /** Null where samples are no images. */
  readonly png: string | null;
  readonly answers: Answers;
}

/** Samples with what every network says, in the order given. */
export function Samples({
  images,
  classes,
}: {
  readonly images: readonly ShownSample[];
  readonly classes: readonly string[];
}) {
  const isLong = useSignal(false);
  const shown = isLong.value ? images : images.slice(0, SHOWN_AT_FIRST);
  return (
    <>
      <ul class="samples">
        {shown.map((image) => (
          <Sample key={image.sample} image={image} classes={classes} />
        ))}
      </ul>
      {images.length > SHOWN_AT_FIRST ? (
        <button
          type="button"
          class="text"
          aria-expanded={isLong.value}
          onClick={() => {
            isLong.value = !isLong.value;
          }}
        >
          {isLong.value ? t('samples.fewer') : t('samples.all', { n: String(images.length) })}
        </button>
      ) : null}
    </>
  );
}

function Sample({ image, classes }: { readonly image: ShownSample; readonly classes: readonly string[] }) {
  const nameOf = (index: number): string => classes[index] ?? String(index);
  const label = nameOf(image.label);
  const title = t('samples.image', { sample: String(image.sample), label });
  return (
    <li class={disagrees(image) ? 'sample disagrees' : 'sample'}>
      {image.png === null ? null : (
        <img src={`data:image/png;base64,${image.png}`} alt={title} title={title} />
      )}
      <dl>
        <div>
          <dt>{t('samples.label')}</dt>
          <dd>{label}</dd>
        </div>
        {Object.entries(image.answers).map(([role, answer]) => (
          <div key={role} class={answer.class === image.label ? '' : 'wrong'}>
            <dt>{role}</dt>
            <dd>
              {answer.class === image.label ? (
                ''
              ) : (
                <span class="codicon codicon-close" aria-label={t('samples.wrong')} role="img" />
              )}
              {nameOf(answer.class)} <span class="muted">{formatPercent(100 * answer.probability)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}
