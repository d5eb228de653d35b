import type { Predictions } from '../../sidecar/protocol/predictions.ts';
import { formatPercent } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import { accuracyByClass, matrixOf } from './confusion.ts';

/** Which classes each role has learnt. */
export function PerClass({
  predictions,
  roles,
}: {
  readonly predictions: Predictions;
  readonly roles: readonly string[];
}) {
  const byRole = roles.map((role) => accuracyByClass(matrixOf(predictions, role)));
  return (
    <div>
      <div class="row">
        <h2>{t('perClass.title')}</h2>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={t('perClass.title')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('perClass.class')}</th>
              {roles.map((role) => (
                <th key={role} scope="col" class="number">
                  {role}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {predictions.classes.map((name, index) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {byRole.map((accuracies, column) => {
                  const share = accuracies[index] ?? NaN;
                  return (
                    <td key={roles[column]} class="number">
                      {Number.isNaN(share) ? '—' : formatPercent(100 * share)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
