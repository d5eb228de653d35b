import { useSignal } from '@preact/signals';
import type { Predictions } from '../../sidecar/protocol/predictions.ts';
import { formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { disagreeingFirst, disagrees } from './confusion.ts';

const SHOWN_AT_FIRST = 12;

/** Validation images with what every role says; those first about which the roles disagree. */
export function Samples({ predictions }: { readonly predictions: Predictions }) {
  const isLong = useSignal(false);
  const all = disagreeingFirst(predictions);
  const shown = isLong.value ? all : all.slice(0, SHOWN_AT_FIRST);
  return (
    <>
      <ul class="samples">
        {shown.map((image) => (
          <Sample key={image.sample} image={image} classes={predictions.classes} />
        ))}
      </ul>
      {all.length > SHOWN_AT_FIRST ? (
        <button
          type="button"
          class="text"
          aria-expanded={isLong.value}
          onClick={() => {
            isLong.value = !isLong.value;
          }}
        >
          {isLong.value ? t('samples.fewer') : t('samples.all', { n: String(all.length) })}
        </button>
      ) : null}
    </>
  );
}

function Sample({
  image,
  classes,
}: {
  readonly image: Predictions['images'][number];
  readonly classes: readonly string[];
}) {
  const nameOf = (index: number): string => classes[index] ?? String(index);
  const label = nameOf(image.label);
  return (
    <li class={disagrees(image) ? 'sample disagrees' : 'sample'}>
      <img
        src={`data:image/png;base64,${image.png}`}
        alt={t('samples.image', { sample: String(image.sample), label })}
      />
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
