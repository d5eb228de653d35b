import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { Explained } from '../theme/iconButton.tsx';
import { MatrixGrid } from '../theme/matrixGrid.tsx';
import { formatCount, formatFixed } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { namesOf, shortNames } from './names.ts';

interface Pair {
  readonly comparison: Comparison;
  /** Index of the network that is held against the reference. */
  readonly other: number;
}

/** How far every tensor is from the reference's, with a bar for the share of its norm. */
export function Weights({ comparison, other }: Pair) {
  const names = namesOf(comparison);
  const [reference = '', own = ''] = [names[0], names[other]];
  const weights = comparison.differences[other - 1]?.weights;
  const title = t('layers.title', { own, reference });
  if (!weights)
    return (
      <section>
        <h2 class="row">{title}</h2>
        <p class="muted">{t('layers.none')}</p>
      </section>
    );
  const { tensors, onlyReference, onlyOther } = weights;
  const finite = tensors.map(({ relative }) => relative).filter(Number.isFinite);
  const largest = Math.max(1e-12, ...finite);
  return (
    <section>
      <h2 class="row">{title}</h2>
      <div class="scroll tall" tabIndex={0} role="region" aria-label={title}>
        <table class="tensors">
          <thead>
            <tr>
              <th scope="col">{t('layers.tensor')}</th>
              <th scope="col" aria-hidden="true" />
              {(['relative', 'distance', 'cosine'] as const).map((column) => (
                <th key={column} scope="col" class="number">
                  <Explained text={t(`layers.${column}`)} explanation={t(`layers.${column}.explained`)} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tensors.map(({ name, shape, relative, distance, cosine }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code> <span class="muted">{shape.join('×')}</span>
                </th>
                <td class="shareBar" aria-hidden="true">
                  <span
                    style={{ width: `${Number.isFinite(relative) ? (100 * relative) / largest : 100}%` }}
                  />
                </td>
                {[relative, distance, cosine].map((value, column) => (
                  <td key={column} class={Number.isFinite(value) ? 'number' : 'number error'}>
                    {formatFixed(value, 4)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {onlyReference.length + onlyOther.length === 0 ? null : (
        <p class="muted">
          {t('layers.odd', {
            reference,
            own,
            n: formatCount(onlyReference.length),
            m: formatCount(onlyOther.length),
          })}
        </p>
      )}
    </section>
  );
}

/** How alike the features of every two blocks are. */
export function Cka({ comparison, other }: Pair) {
  const { subjects, differences, ckaSamples } = comparison;
  const names = namesOf(comparison);
  const cka = differences[other - 1]?.cka;
  if (!cka) return null;
  const title = t('cka.title', { reference: names[0] ?? '', own: names[other] ?? '' });
  const blocks = (index: number): string[] => subjects[index]?.network?.blocks ?? [];
  return (
    <section>
      <h2 class="row">{title}</h2>
      <MatrixGrid
        label={title}
        corner={t('cka.corner')}
        rows={blocks(0)}
        columns={shortNames(blocks(other))}
        cell={(row, column) => {
          const value = cka[row]?.[column] ?? NaN;
          return {
            text: formatFixed(value, 2),
            shade: value ** 2,
            hue: 'blue',
          };
        }}
      />
      <p class="muted">{t('cka.explained', { n: formatCount(ckaSamples) })}</p>
    </section>
  );
}
