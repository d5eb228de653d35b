import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Comparison } from '../../sidecar/protocol/comparison.ts';
import { t } from '../words/words.ts';
import { AgainstTable } from './againstTable.tsx';
import { Agreement } from './agreement.tsx';
import { Asking } from './asking.tsx';
import { subjects } from './choice.ts';
import { ClassDeltas } from './classDeltas.tsx';
import { computation, isStale, result, resumeComparison } from './computation.ts';
import { ConfusionChange } from './confusionChange.tsx';
import { Disputed } from './disputed.tsx';
import { ExportResult } from './exportResult.tsx';
import { Cka, Weights } from './layers.tsx';
import { namesOf } from './names.ts';
import { Reliability } from './reliability.tsx';
import { ResultTable } from './resultTable.tsx';
import { SubjectList } from './subjectList.tsx';
import { Verdicts } from './verdicts.tsx';

/** Networks beside each other: which is better, where they differ, and how alike they are inside. */
export function CheckpointsTab() {
  useEffect(() => resumeComparison(), []);
  const shown = result.value;
  return (
    <>
      <SubjectList />
      {subjects.value.length === 0 ? null : <Asking />}
      {shown ? (
        <div class={isStale.value || computation.value.kind === 'computing' ? 'compared old' : 'compared'}>
          <Compared comparison={shown.comparison} />
        </div>
      ) : null}
    </>
  );
}

function Compared({ comparison }: { readonly comparison: Comparison }) {
  const names = namesOf(comparison);
  const chosen = useSignal(1);
  const other = chosen.value < names.length ? chosen.value : 1;
  return (
    <>
      <Verdicts comparison={comparison} />
      <div class="row">
        <h2>{t('results.title')}</h2>
        <span class="spacer" />
        <ExportResult comparison={comparison} />
      </div>
      <ResultTable comparison={comparison} />
      <AgainstTable comparison={comparison} />
      <div class="beside">
        <Reliability comparison={comparison} />
        {names.length === 2 ? null : <Agreement comparison={comparison} />}
      </div>
      {names.length === 2 ? null : (
        <div class="row pair">
          <label class="picker">
            {t('pair.label')}{' '}
            <select
              value={String(other)}
              onChange={(event) => {
                chosen.value = Number(event.currentTarget.value);
              }}
            >
              {names.slice(1).map((name, index) => (
                <option key={index} value={String(index + 1)}>
                  {`${name} ↔ ${names[0] ?? ''}`}
                </option>
              ))}
            </select>
          </label>
        </div>
      )}
      <Disputed comparison={comparison} other={other} />
      <div class="grid">
        <ClassDeltas comparison={comparison} other={other} />
        <ConfusionChange comparison={comparison} other={other} />
      </div>
      <Cka comparison={comparison} other={other} />
      <Weights comparison={comparison} other={other} />
    </>
  );
}
