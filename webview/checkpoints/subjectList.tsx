import { useEffect } from 'preact/hooks';
import type { Subject } from '../../sidecar/protocol/comparison.ts';
import { runOf, runs } from '../link/runs.ts';
import { IconButton } from '../theme/iconButton.tsx';
import { Notice } from '../view/notice.tsx';
import { nameOf, nameOfId, selectedId } from '../view/selection.ts';
import { formatCount } from '../words/numbers.ts';
import { t } from '../words/words.ts';
import {
  addRoles,
  addSubject,
  change,
  checkpointsOf,
  followCheckpoints,
  isFull,
  makeReference,
  remove,
  subjects,
} from './choice.ts';

/** Which networks are compared: run, checkpoint, role; the reference first. */
export function SubjectList() {
  useEffect(() => followCheckpoints(), []);
  const run = subjects.value.at(-1)?.run ?? selectedId.value;
  return (
    <section aria-label={t('subjects.label')}>
      {subjects.value.length > 0 ? null : (
        <Notice title={t('subjects.none')}>{t('subjects.none.more')}</Notice>
      )}
      <ol class="subjects">
        {subjects.value.map((subject, index) => (
          <SubjectRow key={index} subject={subject} index={index} />
        ))}
      </ol>
      <div class="row">
        <button
          type="button"
          class={subjects.value.length < 2 ? 'primary' : ''}
          aria-disabled={isFull.value}
          onClick={isFull.value ? undefined : addSubject}
        >
          {t('subjects.add')}
        </button>
        {run === null || isFull.value ? null : (
          <button
            type="button"
            class="text"
            onClick={() => {
              addRoles(run);
            }}
          >
            {t('subjects.addRoles', { run: nameOfId(run) })}
          </button>
        )}
      </div>
    </section>
  );
}

function SubjectRow({ subject, index }: { readonly subject: Subject; readonly index: number }) {
  const n = String(index + 1);
  return (
    <li>
      <span class="place">{index === 0 ? t('subjects.reference') : n}</span>
      <RunSelect subject={subject} index={index} />
      <CheckpointSelect subject={subject} index={index} />
      <RoleSelect subject={subject} index={index} />
      <span>
        <IconButton
          icon="close"
          label={t('subjects.remove', { n })}
          on={() => {
            remove(index);
          }}
        />
        {index === 0 ? null : (
          <IconButton
            icon="arrow-up"
            label={t('subjects.toTop', { n })}
            on={() => {
              makeReference(index);
            }}
          />
        )}
      </span>
    </li>
  );
}

function RunSelect({ subject, index }: { readonly subject: Subject; readonly index: number }) {
  const offered = [...runs.value.values()]
    .reverse()
    .filter(({ notes, record }) => !notes.hidden || record.id === subject.run);
  return (
    <select
      class="ofRun"
      aria-label={t('subjects.run', { n: String(index + 1) })}
      value={subject.run}
      onChange={(event) => {
        const run = event.currentTarget.value;
        const isThere = runOf(run)?.record.roles.some(({ id }) => id === subject.role) === true;
        change(index, { run, checkpoint: 'best', role: isThere ? subject.role : 'best' });
      }}
    >
      {offered.some(({ record }) => record.id === subject.run) ? null : (
        <option value={subject.run}>{subject.run}</option>
      )}
      {offered.map((run) => (
        <option key={run.record.id} value={run.record.id}>
          {nameOf(run)}
        </option>
      ))}
    </select>
  );
}

function CheckpointSelect({ subject, index }: { readonly subject: Subject; readonly index: number }) {
  const checkpoints = checkpointsOf(subject.run);
  const best = runOf(subject.run)?.record.best?.step;
  const newest = checkpoints.at(-1)?.step;
  const isListed =
    typeof subject.checkpoint !== 'number' || checkpoints.some(({ step }) => step === subject.checkpoint);
  return (
    <select
      class="checkpoint"
      aria-label={t('subjects.checkpoint', { n: String(index + 1) })}
      value={String(subject.checkpoint)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        change(index, { checkpoint: value === 'best' || value === 'last' ? value : Number(value) });
      }}
    >
      <option value="best">
        {best === undefined ? t('subjects.bestUnknown') : t('subjects.best', { step: formatCount(best) })}
      </option>
      <option value="last">
        {newest === undefined ? t('subjects.lastUnknown') : t('subjects.last', { step: formatCount(newest) })}
      </option>
      {isListed ? null : (
        <option value={String(subject.checkpoint)}>
          {t('subjects.step', { step: formatCount(Number(subject.checkpoint)) })}
        </option>
      )}
      {[...checkpoints].reverse().map(({ step }) => (
        <option key={step} value={String(step)}>
          {t('subjects.step', { step: formatCount(step) })}
        </option>
      ))}
    </select>
  );
}

function RoleSelect({ subject, index }: { readonly subject: Subject; readonly index: number }) {
  const roles = runOf(subject.run)?.record.roles.map(({ id }) => id) ?? [];
  const all = ['best', ...roles, ...(roles.includes(subject.role) ? [] : [subject.role])];
  return (
    <select
      aria-label={t('subjects.role', { n: String(index + 1) })}
      value={subject.role}
      onChange={(event) => {
        change(index, { role: event.currentTarget.value });
      }}
    >
      {[...new Set(all)].map((role) => (
        <option key={role} value={role}>
          {role === 'best' ? t('subjects.bestRole') : role}
        </option>
      ))}
    </select>
  );
}
