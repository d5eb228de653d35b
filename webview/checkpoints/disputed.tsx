import { useSignal } from '@preact/signals';
import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { flipOf, type Flip } from '../../sidecar/protocol/comparisonFigures.ts';
import { Samples } from '../predictions/samples.tsx';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf } from './names.ts';

const KINDS = ['all', 'fixed', 'broken', 'otherMistake'] as const;

/** The samples themselves on which a network and the reference differ, by kind of difference. */
export function Disputed({ comparison, other }: { readonly comparison: Comparison; readonly other: number }) {
  const kind = useSignal<Flip | 'all'>('all');
  const { images, differences, classes } = comparison;
  const names = namesOf(comparison);
  const { fixed = 0, broken = 0, otherMistake = 0 } = differences[other - 1]?.outcomes ?? {};
  const counts = { fixed, broken, otherMistake, all: fixed + broken + otherMistake };
  const disputed = images.filter((image) => {
    const flip = flipOf(image, other);
    return flip !== null && (kind.value === 'all' || kind.value === flip);
  });
  const shown = disputed.map(({ sample, label, png, answers }) => ({
    sample,
    label,
    png,
    answers: Object.fromEntries(
      answers.flatMap((answer, index) => (names[index] === undefined ? [] : [[names[index], answer]])),
    ),
  }));
  return (
    <section class="disputed">
      <div class="row">
        <h2>{t('disputed.title', { own: names[other] ?? '', reference: names[0] ?? '' })}</h2>
        <span class="picker" role="radiogroup" aria-label={t('disputed.filter')}>
          <span class="segments">
            {KINDS.map((each) => (
              <label key={each}>
                <input
                  type="radio"
                  name="kind"
                  checked={kind.value === each}
                  onChange={() => {
                    kind.value = each;
                  }}
                />
                <span>
                  {t('disputed.count', { kind: t(`disputed.${each}`), n: formatCount(counts[each]) })}
                </span>
              </label>
            ))}
          </span>
        </span>
        {counts.all === 0 ? null : (
          <span class="muted">
            {t('disputed.shown', { n: formatCount(shown.length), all: formatCount(counts[kind.value]) })}
          </span>
        )}
      </div>
      {counts.all === 0 ? (
        <p class="muted">{t('disputed.none')}</p>
      ) : shown.length === 0 ? (
        <p class="muted">{t('disputed.noneShown')}</p>
      ) : (
        <Samples images={shown} classes={classes} />
      )}
    </section>
  );
}
